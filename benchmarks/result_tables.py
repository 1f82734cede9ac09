"""The tables of docs/results.md, from what `vconv evaluate` wrote.

    python benchmarks/result_tables.py convvae=RUN/scores.json vawgan=RUN/scores.json

Source, copy-synthesis and target are taken from the first file. A cell is a mean and its 95 % interval.
"""
import json
import sys

COLUMNS = {  # title → (group, measure, factor, decimals)
    "MCD / dB": ("mcd", "mcd24", 1, 2), "F0 RMSE / cents": ("f0", "rmse_cents", 1, 0),
    "log-F0 correlation": ("f0", "correlation", 1, 2), "voicing error / %": ("f0", "voicing_error", 100, 1),
    "GV log-ratio": ("gv_log_ratio", "mean_over_orders", 1, 2), "GV RMS": ("gv_log_ratio", "rms_over_orders", 1, 2),
    "modulation / dB": ("modulation_spectrum", "distance_db", 1, 2), "position": ("similarity", "position", 1, 2),
    "nearer target / %": ("similarity", "nearer_target", 100, 0),
    "LLR / nats": ("similarity", "log_likelihood_ratio", 1, 2), "DistillMOS": ("naturalness", "distillmos", 1, 2),
    "DNSMOS": ("naturalness", "dnsmos", 1, 2), "WER / %": ("wer", "wer", 100, 1),
}


def cell(entry, measure, factor, decimals):
    """Return "mean [low, high]"."""
    found = entry and entry["details"].get(measure)
    if not found or found["mean"] is None:
        return "–"
    low, high = (f"{factor * bound:.{decimals}f}" for bound in found["interval"])
    return f"{factor * found['mean']:.{decimals}f} [{low}, {high}]".replace("-", "−")


names = [argument.partition("=")[::2] for argument in sys.argv[1:]]
scores = {name: json.load(open(path, encoding="utf-8")) for name, path in names}
first = next(iter(scores.values()))
rows = [("unconverted", first, "source"), *((name, content, "converted") for name, content in scores.items()),
        ("copy-synthesis", first, "copy_synthesis"), ("target", first, "target")]
for pair in [*first["pairs"], "mean"]:
    print(f"\n**{pair.replace('-', '→')}**\n\n| system | {' | '.join(COLUMNS)} |\n|{'---|' * (len(COLUMNS) + 1)}")
    for name, content, system in rows:
        block = content if pair == "mean" else content["pairs"][pair]
        cells = [cell(block[group][system], *how) for group, *how in COLUMNS.values()]
        print(f"| {name} | {' | '.join(cells)} |")
