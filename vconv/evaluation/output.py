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
from vconv.evaluation.score_table import RecordingKey, RecordingScores, ScoreTable
from vconv.evaluation.scores import summarize

FORMAT, VERSION = "vconv scores", 2
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
    "jiwer",
)


def summary(evaluation, command=""):
    """Return the content of scores.json as a dict; docs/evaluation.md describes it."""
    recordings = evaluation.recordings
    systems = {str(pair): evaluation.scores.systems(str(pair)) for pair in recordings.pairs}
    together, pairs = summarize(systems, RESAMPLES, evaluation.seed)
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
    rows = [
        {key: row[key] for key in RecordingKey._fields}
        | {"path": row["path"], **row["values"], "transcript": row["transcript"]}
        for row in content["files"]
    ]
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
        with open(path, encoding="utf-8-sig") as file:
            content = json.load(file)
    except FileNotFoundError as error:
        raise VconvError(f"{path}: there is no such file; run `vconv evaluate --json {path}` first") from error
    except (ValueError, RecursionError) as error:
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


def scores_of(content):
    """Return the `ScoreTable` of the content of a scores.json; null becomes NaN."""
    return ScoreTable(
        {
            RecordingKey(*(row[field] for field in RecordingKey._fields)): RecordingScores(
                {key: np.nan if value is None else value for key, value in row["values"].items()},
                {key: np.array(value, float) for key, value in row["arrays"].items()},
                row["transcript"],
            )
            for row in content["files"]
        }
    )


def _file_rows(evaluation):
    """Return a dict for each recording: key, path, values, arrays as lists, transcript."""
    natural = evaluation.recordings.natural
    paths = {
        str(pair): {"converted": pair.converted, "source": natural[pair.source], "target": natural[pair.target]}
        for pair in evaluation.recordings.pairs
    }
    rows = []
    for key, scores in evaluation.scores.records.items():
        path = paths[key.pair].get(key.system, {}).get(key.sentence)
        rows.append(
            {
                **key._asdict(),
                "path": str(path.absolute()) if path else None,
                "values": {name: plain(value) for name, value in scores.values.items()},
                "arrays": {name: plain(value) for name, value in scores.arrays.items()},
                "transcript": scores.transcript,
            }
        )
    return rows


def plain(value):
    """Return a value for JSON: numbers have six significant digits; NaN and infinity are null."""
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
