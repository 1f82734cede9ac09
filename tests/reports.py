"""A scores.json with made-up numbers and real, short recordings, for tests of the report."""

import json

import numpy as np
from voice import voice

from vconv.audio import wav
from vconv.evaluation import output

RATE = 16000
NUMBERS = {
    "mcd": ["mcd24"],
    "f0": ["rmse_cents", "correlation"],
    "gv_log_ratio": ["mean_over_orders"],
    "modulation_spectrum": [],
    "similarity": ["normalized_similarity", "log_likelihood_ratio"],
    "naturalness": [],
    "wer": ["wer"],
}
SYSTEMS = ("converted", "source", "copy_synthesis", "target")
F0_HZ = {"converted": 120.0, "source": 220.0, "target": 130.0}


def make(folder, pairs=("SF1-TM3", "SM1-TF1"), sentences=("s1", "s2", "s3"), seconds=0.5):
    """Write recordings and scores.json into `folder`; return the content of scores.json."""
    groups = {pair: _group(7.0 + number, 1 + number) for number, pair in enumerate(pairs)}
    speakers = dict.fromkeys(speaker for pair in pairs for speaker in pair.split("-"))
    scores = {
        "format": output.FORMAT,
        "version": output.VERSION,
        **{name: {"protocol": f"the protocol of {name}", **entries} for name, entries in _group(7.5, 9).items()},
        "pairs": groups,
        "files": [row for pair in pairs for name in sentences for row in _rows(folder, pair, name, seconds)],
        "failures": [],
        "notes": [],
        "versions": {"vconv": "7.8.9", "numpy": "1.2.3"},
        "settings": {
            "sample_rate": RATE,
            "frame_period_ms": 5.0,
            "f0_method": "dio",
            "protocol": ["mcd24"],
            "f0_range_hz": dict.fromkeys(speakers, [70.0, 400.0]),
            "bootstrap": 1000,
            "seed": 0,
        },
        "command": "vconv evaluate --run 'a run' --pairs all",
    }
    write(folder, scores)
    return scores


def write(folder, scores):
    """Write `scores` as folder/scores.json and return its path."""
    path = folder / "scores.json"
    path.write_text(json.dumps(scores), encoding="utf-8")
    return path


def _rows(folder, pair, sentence, seconds):
    rows = []
    for number, system in enumerate(SYSTEMS):
        path = folder / "recordings" / pair.replace("/", "") / f"{system} {len(rows)} {sentence.replace('/', '')}.wav"
        if system in F0_HZ:
            wav.write(path, voice(F0_HZ[system], seconds + 0.1 * number, RATE), RATE)
        rows.append(
            {
                "pair": pair,
                "sentence": sentence,
                "system": system,
                "path": str(path) if system in F0_HZ else None,
                "values": {"mcd24": 1.25 + number, "cosine_target": 0.81, "wer": None},
                "arrays": {"variance": [1.0, 2.0]},
                "transcript": None,
            }
        )
    return rows


def _group(mcd_db, files):
    values = {
        "mcd24": np.array([mcd_db, 9.0, 3.0, np.nan]),
        "normalized_similarity": np.array([mcd_db - 6.6, 0, 0.9, 1]),
        "rmse_cents": np.array([400.0, 900, 200, 0]),
        "correlation": np.array([0.3, 0.2, 0.8, 1]),
        "mean_over_orders": np.array([-1.36, 0, -0.1, 0]),
        "log_likelihood_ratio": np.array([0.5, -2, 1.5, 2]),
        "wer": np.array([0.345, 0.02, 0.05, 0.03]),
    }
    return {
        name: {
            system: _entry(numbers, values, number, files - (name == "wer")) for number, system in enumerate(SYSTEMS)
        }
        for name, numbers in NUMBERS.items()
    }


def _entry(names, values, number, files):
    details = {}
    for name in names:
        mean = values[name][number]
        details[name] = {
            "mean": None if np.isnan(mean) else mean,
            "files": files,
            "interval": [None, None] if np.isnan(mean) else [mean - 0.25, mean + 0.25],
        }
    return {"measure": names[0], **details[names[0]], "details": details} if names else None
