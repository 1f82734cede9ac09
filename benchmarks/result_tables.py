"""Print the tables of docs/results.md from the scores that `vconv evaluate --json` writes.

    python benchmarks/result_tables.py convvae=RUN/scores.json vawgan=RUN/scores.json      # all measures, pair by pair
    python benchmarks/result_tables.py --mean nothing=RUN/scores.json "gv 0=OTHER.json"    # one row a system: its mean
    python benchmarks/result_tables.py --pairs RUN/scores-SF1.json RUN/scores-SF2.json     # one row a pair: one system

Source, copy-synthesis and target come from the first file. A cell is a mean with its 95 % interval, or a mean alone
with `--pairs`.
"""

import argparse

from vconv.evaluation.measures import MEASURES
from vconv.evaluation.output import entry_of, read

FULL = (
    "mcd24",
    "rmse_cents",
    "correlation",
    "voicing_error",
    "mean_over_orders",
    "rms_over_orders",
    "distance_db",
    "normalized_similarity",
    "cosine_target",
    "closer_to_target",
    "log_likelihood_ratio",
    "distillmos",
    "dnsmos",
    "wer",
)
BRIEF = (
    "mcd24",
    "mean_over_orders",
    "rms_over_orders",
    "distance_db",
    "median_cents",
    "normalized_similarity",
    "cosine_target",
    "closer_to_target",
    "distillmos",
    "wer",
)


def cells(block, keys, system):
    """Return "mean [low, high]" for each measure."""
    found = []
    for measure, entry in ((MEASURES[key], entry_of(block, key, system)) for key in keys):
        if entry is None or entry["mean"] is None:
            found.append("–")
        else:
            interval = ", ".join("–" if bound is None else measure.text(bound) for bound in entry["interval"])
            found.append(f"{measure.text(entry['mean'])} [{interval}]")
    return found


def show(keys, rows, first="system"):
    """Print a Markdown table; a row is a name and its cells."""
    print(f"| {first} | {' | '.join(MEASURES[key].heading for key in keys)} |\n|{'---|' * (len(keys) + 1)}")
    for name, found in rows:
        print(f"| {name} | {' | '.join(found)} |")


def by_pair(scores):
    """Print a row for each pair of all files, and the mean of the pairs."""
    pairs = {pair: block for content in scores for pair, block in content["pairs"].items()}
    entries = {key: [entry_of(block, key, "converted") for block in pairs.values()] for key in BRIEF}
    columns = {
        key: [entry["mean"] for entry in found]
        for key, found in entries.items()
        if not any(entry is None or entry["mean"] is None for entry in found)
    }
    rows = [
        (pair.replace("-", "→"), [MEASURES[key].text(column[i]) for key, column in columns.items()])
        for i, pair in enumerate(pairs)
    ]
    means = [MEASURES[key].text(sum(column) / len(column)) for key, column in columns.items()]
    show(columns, [*rows, ("**mean**", means)], "pair")


def every_measure(scores):
    """Print a table for each pair and one for their mean; `scores` is {name: content}."""
    first = next(iter(scores.values()))
    rows = [
        ("unconverted", first, "source"),
        *((name, content, "converted") for name, content in scores.items()),
        ("copy-synthesis", first, "copy_synthesis"),
        ("target", first, "target"),
    ]
    for pair in [*first["pairs"], "mean"]:
        print(f"\n**{pair.replace('-', '→')}**\n")
        blocks = [
            (name, content if pair == "mean" else content["pairs"][pair], system) for name, content, system in rows
        ]
        show(FULL, [(name, cells(block, FULL, system)) for name, block, system in blocks])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("scores", nargs="+", metavar="[NAME=]FILE", help="scores.json of a system, and its name")
    layout = parser.add_mutually_exclusive_group()
    layout.add_argument("--mean", action="store_true", help="one row a system")
    layout.add_argument("--pairs", action="store_true", help="one row a pair, of one system")
    options = parser.parse_args()
    names = [(name, path or name) for name, _, path in (argument.partition("=") for argument in options.scores)]
    scores = {name: read(path) for name, path in names}
    if options.pairs:
        by_pair(scores.values())
    elif options.mean:
        show(BRIEF, [(name, cells(content, BRIEF, "converted")) for name, content in scores.items()])
    else:
        every_measure(scores)


if __name__ == "__main__":
    main()
