"""Scores of a listening test as JSON and as tables for the terminal."""

import json

FEW = 5  # listeners; with fewer the bootstrap underestimates how much listeners differ


def as_json(scores):
    """Return the scores as JSON text."""
    return json.dumps(scores, indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def as_text(scores):
    """Return the scores as tables for a terminal."""
    lines = [f"listeners: {scores['listeners']} kept, {len(scores['dropped'])} dropped", f"rule: {scores['rule']}"]
    lines += [f"dropped: {name}: {' and '.join(reasons)}" for name, reasons in scores["dropped"].items()]
    lines += [f"twice: {sentence}" for sentence in scores["duplicates"]]
    if scores["listeners"] < FEW:
        lines.append(f"few: intervals from fewer than {FEW} listeners are too narrow")
    lines.append("numbers: mean [95 % interval over listeners and sentences], ratings and listeners")
    width = 2 + max([12, *(len(name) for test in ("mos", "similarity") for name in scores[test] or ())])
    if scores["mos"]:
        lines += ["", "Naturalness, MOS from 1 (bad) to 5 (excellent)"]
        lines += [f"{name:{width}s}{_line(entry, '.2f')}" for name, entry in scores["mos"].items()]
        lines += [f"{' - '.join(entry['systems'])}: {_line(entry, '+.2f')}" for entry in scores["mos_differences"]]
    if scores["similarity"]:
        lines += ["", 'Similarity, share of the answers "same person as the target"']
        lines += [f"{name:{width}s}{_line(entry, '.0%')}" for name, entry in scores["similarity"].items()]
    if scores["abx"]:
        lines += [
            "",
            'ABX, share of the answers "closer to the target" (p: exact two-sided binomial test against 50 %)',
        ]
        lines += [
            f"{' rather than '.join(entry['systems'])}: {_line(entry, '.0%')}, p = {entry['p_value']:.2g}"
            for entry in scores["abx"]
        ]
    return "\n".join(lines)


def _line(entry, form):
    low, high = entry["interval"]
    return (
        f"{entry['mean']:{form}} [{low:{form}}, {high:{form}}]  "
        f"{_count(entry['ratings'], 'rating')} of {_count(entry['listeners'], 'listener')}"
    )


def _count(number, noun):
    return f"{number} {noun}{'' if number == 1 else 's'}"
