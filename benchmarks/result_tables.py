"""Print the tables of docs/results.md from the scores that `vconv evaluate` writes.

    python benchmarks/result_tables.py convvae=RUN/scores.json vawgan=RUN/scores.json      # every measure, pair by pair
    python benchmarks/result_tables.py --mean nothing=RUN/scores.json "gv 0=OTHER.json"    # one row a system: its mean
    python benchmarks/result_tables.py --pairs RUN/scores-SF1.json RUN/scores-SF2.json     # one row a pair: one system

Source, copy-synthesis and target come from the first file. A cell is a mean with its 95 % interval, or a mean alone
with `--pairs`.
"""

import argparse
import json

COLUMNS = {  # title → (group, measure, factor, decimals)
    "MCD / dB": ("mcd", "mcd24", 1, 2),
    "F0 RMSE / cents": ("f0", "rmse_cents", 1, 0),
    "log-F0 correlation": ("f0", "correlation", 1, 2),
    "voicing error / %": ("f0", "voicing_error", 100, 1),
    "GV log-ratio": ("gv_log_ratio", "mean_over_orders", 1, 2),
    "GV RMS": ("gv_log_ratio", "rms_over_orders", 1, 2),
    "modulation / dB": ("modulation_spectrum", "distance_db", 1, 2),
    "F0 median / cents": ("f0", "median_cents", 1, 0),
    "position": ("similarity", "position", 1, 2),
    "nearer target / %": ("similarity", "nearer_target", 100, 0),
    "LLR / nats": ("similarity", "log_likelihood_ratio", 1, 2),
    "DistillMOS": ("naturalness", "distillmos", 1, 2),
    "DNSMOS": ("naturalness", "dnsmos", 1, 2),
    "WER / %": ("wer", "wer", 100, 1),
}
FULL = [title for title in COLUMNS if title != "F0 median / cents"]
BRIEF = [
    title
    for title in COLUMNS
    if title not in ("F0 RMSE / cents", "log-F0 correlation", "voicing error / %", "LLR / nats", "DNSMOS")
]


def entry(block, title, system):
    """Return {"mean": …, "interval": …} of a column in its unit, or None if it was not measured."""
    group, measure, factor, _ = COLUMNS[title]
    found = block[group][system]
    found = found and found["details"].get(measure)
    if not found or found["mean"] is None:
        return None
    return {"mean": factor * found["mean"], "interval": [factor * bound for bound in found["interval"]]}


def number(value, title):
    """Return a value with the decimals of its column."""
    return f"{value:.{COLUMNS[title][3]}f}".replace("-", "−")


def cells(block, titles, system):
    """Return "mean [low, high]" for each column."""
    found = {title: entry(block, title, system) for title in titles}
    return [
        f"{number(one['mean'], title)} [{', '.join(number(bound, title) for bound in one['interval'])}]" if one else "–"
        for title, one in found.items()
    ]


def show(titles, rows, first="system"):
    """Print a Markdown table; a row is a name and its cells."""
    print(f"| {first} | {' | '.join(titles)} |\n|{'---|' * (len(titles) + 1)}")
    for name, found in rows:
        print(f"| {name} | {' | '.join(found)} |")


def by_pair(scores):
    """Print one row for each pair of all files, and the mean over the pairs."""
    pairs = {pair: block for content in scores for pair, block in content["pairs"].items()}
    values = {title: [entry(block, title, "converted") for block in pairs.values()] for title in BRIEF}
    columns = {title: [one["mean"] for one in found] for title, found in values.items() if None not in found}
    rows = [
        (pair.replace("-", "→"), [number(column[i], title) for title, column in columns.items()])
        for i, pair in enumerate(pairs)
    ]
    means = [number(sum(column) / len(column), title) for title, column in columns.items()]
    show(columns, [*rows, ("**mean**", means)], "pair")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("scores", nargs="+", metavar="[NAME=]FILE")
    layout = parser.add_mutually_exclusive_group()
    layout.add_argument("--mean", action="store_true", help="one row a system")
    layout.add_argument("--pairs", action="store_true", help="one row a pair, of one system")
    options = parser.parse_args()
    names = [(name, path or name) for name, _, path in (argument.partition("=") for argument in options.scores)]
    scores = {name: json.load(open(path, encoding="utf-8")) for name, path in names}
    if options.pairs:
        by_pair(scores.values())
    elif options.mean:
        show(BRIEF, [(name, cells(content, BRIEF, "converted")) for name, content in scores.items()])
    else:
        first = next(iter(scores.values()))
        rows = [
            ("unconverted", first, "source"),
            *((name, content, "converted") for name, content in scores.items()),
            ("copy-synthesis", first, "copy_synthesis"),
            ("target", first, "target"),
        ]
        for pair in [*first["pairs"], "mean"]:
            print(f"\n**{pair.replace('-', '→')}**\n")
            show(
                FULL,
                [
                    (name, cells(content if pair == "mean" else content["pairs"][pair], FULL, system))
                    for name, content, system in rows
                ],
            )


if __name__ == "__main__":
    main()
