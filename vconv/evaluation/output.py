"""Scores as scores.json and scores.csv."""

import csv
import io
import json
import platform
from importlib import metadata

import numpy as np

from vconv.common.errors import VconvError
from vconv.common.version import __version__
from vconv.evaluation.measures import GROUPS, MEASURES
from vconv.evaluation.scores import summarize

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


def summary(evaluation, command=""):
    """Return the content of scores.json as a dict; docs/evaluation.md describes it."""
    recordings = evaluation.recordings
    together, pairs = summarize(evaluation.rows, RESAMPLES, evaluation.seed)
    protocol = {key: group.protocol for key, group in GROUPS.items()}
    protocol["mcd"] = "; ".join(map(str, evaluation.protocols))
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
    """Return the summary as JSON text; NaN and infinity are null."""
    return json.dumps(content, indent=1, ensure_ascii=False, allow_nan=False)


def as_csv(content):
    """Return a line for each recording: pair, sentence, system, path and all its numbers."""
    rows = [{key: value for key, value in row.items() if not isinstance(value, list)} for row in content["files"]]
    text = io.StringIO()
    writer = csv.DictWriter(text, list(dict.fromkeys(key for row in rows for key in row)), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


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


def entry_of(block, key, system):
    """Return {"mean", "interval", "files"} of a measure of a system, or None if it was not measured.

    Parameters
    ----------
    block : dict
        The content of scores.json, or of one of its pairs.
    key : str
        Of the measure.
    system : str
    """
    entry = (block.get(MEASURES[key].group) or {}).get(system)
    return entry and entry["details"].get(key)


def headline(block, group, system):
    """Return the key of the headline measure of a group and system, or None if nothing was measured."""
    entry = (block.get(group) or {}).get(system)
    return entry and entry["measure"]


def _file_rows(evaluation):
    """Return a dict for each recording: pair, sentence, system, path and all values, arrays as lists."""
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
    """Return a value for JSON: numbers have six significant digits; NaN and infinity are null."""
    if isinstance(value, str):
        return value
    if np.ndim(value):
        return [plain(one) for one in value]
    return float(f"{value:.6g}") if np.isfinite(value) else None


def versions(packages):
    """Return the versions of vconv, Python and those of the packages that are installed."""
    found = {"vconv": __version__, "python": platform.python_version()}
    for package in packages:
        try:
            found[package] = metadata.version(package)
        except metadata.PackageNotFoundError:
            continue
    return found
