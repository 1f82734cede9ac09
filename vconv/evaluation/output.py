"""Scores as a table for the terminal, as scores.json and as scores.csv."""

import csv
import io
import json
import platform
from importlib import metadata

import numpy as np

from vconv.common.errors import VconvError
from vconv.common.version import __version__
from vconv.evaluation.scores import GROUPS, SYSTEMS, summarize

FORMAT, VERSION = "vconv scores", 1
RESAMPLES = 1000
PACKAGES = (
    "numpy",
    "scipy",
    "librosa",
    "pyworld",
    "scikit-learn",
    "resemblyzer",
    "distillmos",
    "speechmos",
    "faster-whisper",
)
COLUMNS = {  # title → (group, measure, factor, decimals)
    "MCD dB": ("mcd", None, 1, 2),
    "F0 cents": ("f0", "rmse_cents", 1, 0),
    "log-F0 corr.": ("f0", "correlation", 1, 2),
    "V/UV %": ("f0", "voicing_error", 100, 1),
    "GV mean": ("gv_log_ratio", "mean_over_orders", 1, 2),
    "GV rms": ("gv_log_ratio", "rms_over_orders", 1, 2),
    "mod. dB": ("modulation_spectrum", "distance_db", 1, 2),
    "LLR nats": ("similarity", "log_likelihood_ratio", 1, 2),
    "normalized similarity": ("similarity", "normalized_similarity", 1, 2),
    "MOS": ("naturalness", "distillmos", 1, 2),
    "WER %": ("wer", "wer", 100, 1),
}
DESCRIPTIONS = {
    "f0": "over the aligned frames of mcd24 voiced in both: RMSE, correlation of log-F0, median shift; voicing error "
    "over all aligned frames",
    "gv_log_ratio": "ln(mean over files of the variance / that of the target), c1 to c24 on the frames of mcd24; mean "
    "and RMS over orders; 0 is natural, below 0 too smooth",
    "modulation_spectrum": "c1 to c24 from the first to the last frame of mcd24, Welch segments of 64 frames, five "
    "octave bands of modulation frequency; RMS difference of the mean powers from the target's, "
    "in dB",
    "similarity": "log-likelihood ratio: nats a frame, Gaussian mixtures of target against source on c1 to c24, the "
    "same sentence left out; normalized similarity (Resemblyzer): 0 = source, 1 = target, mean cosines to the "
    "centroid of all natural evaluation files at hand, the same sentence left out",
    "naturalness": "predicted mean opinion score, 1 to 5: DistillMOS, DNSMOS (overall)",
    "wer": "faster-whisper, int8, beam 5, temperature 0; word and character error rate against the transcript, or else "
    "against its reading of the source",
}


def summary(evaluation, command=""):
    """Return all that scores.json holds, as a dict; docs/evaluation.md describes it."""
    recordings = evaluation.recordings
    together, pairs = summarize(evaluation.rows, RESAMPLES, evaluation.seed)
    protocol = DESCRIPTIONS | {"mcd": "; ".join(map(str, evaluation.protocols))}
    return {
        "format": FORMAT,
        "version": VERSION,
        **{group: {"protocol": protocol[group], **together[group]} for group in GROUPS},
        "pairs": pairs,
        "files": _file_rows(evaluation),
        "failures": evaluation.failures,
        "notes": evaluation.notes,
        "settings": {
            **recordings.settings,
            "protocol": [one.name for one in evaluation.protocols],
            "bootstrap": RESAMPLES,
            "seed": evaluation.seed,
        },
        "versions": versions(PACKAGES),
        "command": command,
    }


def as_json(content):
    """Return the summary as JSON text; what is no number is null."""
    return json.dumps(content, indent=1, ensure_ascii=False, allow_nan=False)


def as_csv(content):
    """Return one line for each recording: pair, sentence, system, path and all its numbers."""
    rows = [{key: value for key, value in row.items() if not isinstance(value, list)} for row in content["files"]]
    text = io.StringIO()
    writer = csv.DictWriter(text, list(dict.fromkeys(key for row in rows for key in row)), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def as_text(content):
    """Return the table for a terminal: for each pair and system the means ± half of the 95 % interval."""
    blocks = dict(content["pairs"])
    if len(blocks) > 1:
        blocks["all"] = {group: content[group] for group in GROUPS}
    shown = {
        title: column
        for title, column in COLUMNS.items()
        if any(_detail(block, system, column) for block in blocks.values() for system in SYSTEMS)
    }
    table = [["pair", "system", *shown, "files"]]
    for name, block in blocks.items():
        for system in SYSTEMS:
            details = [_detail(block, system, column) for column in shown.values()]
            files = [detail["files"] for detail in details if detail]
            cells = [_cell(detail, column) for detail, column in zip(details, shown.values(), strict=True)]
            spread = f"{min(files)}-{max(files)}" if len(set(files)) > 1 else str(max(files, default=0))
            table.append([name, system.replace("_", "-"), *cells, spread])
    groups = dict.fromkeys(group for group, *_ in shown.values())
    return "\n".join(
        [
            *(f"{group}: {content[group]['protocol']}" for group in groups),
            f"mean ± half of the 95 % interval ({content['settings']['bootstrap']} resamples over files)",
            *aligned(table, 2),
        ]
    )


def aligned(table, left):
    """Return the rows of a table, lists of texts, as lines; the first `left` columns are flush left, others right."""
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    return [
        "  ".join(
            cell.ljust(width) if number < left else cell.rjust(width)
            for number, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        for row in table
    ]


def read(path):
    """Return the content of a scores.json.

    Raises
    ------
    VconvError
        The file is missing, or was not written by `vconv evaluate`.
    """
    try:
        with open(path, encoding="utf-8") as file:
            content = json.load(file)
    except FileNotFoundError as error:
        raise VconvError(f"{path}: there is no such file; run `vconv evaluate --json {path}` first") from error
    except ValueError as error:
        raise VconvError(f"{path}: is no JSON file; name one that `vconv evaluate --json` wrote") from error
    if not isinstance(content, dict) or content.get("format") != FORMAT or content.get("version") != VERSION:
        raise VconvError(f"{path}: holds no scores of version {VERSION}; name a file of `vconv evaluate --json`")
    return content


def _file_rows(evaluation):
    """Return a dict for each recording: what it is and every value of it, arrays as lists."""
    rows = []
    for pair in evaluation.recordings.pairs:
        natural = evaluation.recordings.natural
        paths = {"converted": pair.converted, "source": natural[pair.source], "target": natural[pair.target]}
        for system, found in evaluation.rows[str(pair)].items():
            for sentence, values in sorted(found.items()):
                path = paths.get(system, {}).get(sentence)
                rows.append(
                    {
                        "pair": str(pair),
                        "sentence": sentence,
                        "system": system,
                        "path": str(path.absolute()) if path else None,
                    }
                    | {key: plain(value) for key, value in values.items()}
                )
    return rows


def plain(value):
    """Return a value as JSON has it: six digits are more than any measure means; NaN is null."""
    if isinstance(value, str):
        return value
    if np.ndim(value):
        return [plain(one) for one in value]
    return float(f"{value:.6g}") if np.isfinite(value) else None


def _detail(block, system, column):
    """Return the entry of a column's measure, of the headline if it names none; None if it was not measured."""
    group, name, *_ = column
    entry = block[group][system]
    return entry and entry["details"].get(name or entry["measure"])


def _cell(detail, column):
    """Return "mean ± half interval" of an entry."""
    *_, factor, decimals = column
    if not detail or detail["mean"] is None:
        return "-"
    low, high = detail["interval"]
    half = "" if low is None else f" ±{factor * (high - low) / 2:.{decimals}f}"
    return f"{factor * detail['mean']:.{decimals}f}{half}"


def versions(packages):
    """Return the versions of vconv, Python and the packages that numbers depend on, as far as they are installed."""
    found = {"vconv": __version__, "python": platform.python_version()}
    for package in packages:
        try:
            found[package] = metadata.version(package)
        except metadata.PackageNotFoundError:
            continue
    return found
