"""The numbers of tests/golden.json, computed from six sample recordings: features, models and a conversion.

    python tests/golden.py --renew

writes the file again. A commit that does so says what changed and why.
"""

import argparse
import math
import os
import tempfile
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "")

import h5py
import numpy as np
import soundfile
from golden_models import SAMPLE, SETTINGS, SPEAKERS, extract, inputs_of, trained

FILE = Path(__file__).with_name("golden.json")
VALUES = 40  # of each array or sound


def spread(values):
    """Return `VALUES` numbers evenly spread over an array, or all if there are fewer."""
    flat = np.asarray(values, np.float64).ravel()
    return flat[np.linspace(0, len(flat) - 1, min(VALUES, len(flat))).astype(int)].tolist()


def norms(arrays):
    """Return how many numbers there are, and the norm of all arrays of each rank; names of variables do not matter."""
    found = {"numbers": [sum(array.size for array in arrays)]}
    for rank in sorted({array.ndim for array in arrays}):
        squares = [np.sum(array.astype(float) ** 2) for array in arrays if array.ndim == rank]
        found[f"rank {rank}"] = [math.sqrt(sum(squares))]
    return found


def read_all(path):
    """Return {name: array} of the numbers in an HDF5 file."""
    names = []
    with h5py.File(path) as file:
        file.visit(names.append)
        items = {name: file[name] for name in names if isinstance(file[name], h5py.Dataset)}
        return {name: item[()] for name, item in items.items() if item.dtype.kind in "fiu"}


def numbers_of_features(features, statistics):
    """Return golden numbers of the first frames of a feature file, and of its statistics."""
    stored = {name.removeprefix("frames/"): array for name, array in read_all(features).items()}
    frames = {name: stored[name][:200] for name in ("spectrum", "energy", "f0_hz", "aperiodicity", "mel_cepstrum")}
    return {
        "frames": {"count": [len(stored["energy"])]} | {name: spread(array) for name, array in frames.items()},
        "statistics": {name: spread(array) for name, array in sorted(read_all(statistics).items())},
    }


def numbers_of_model(name, features):
    """Return golden numbers of a model: losses of each step, norms of weights, outputs."""
    model, convert, losses, batch = trained(name, features)
    path = features.with_name(f"{name}.weights.h5")
    model.save_weights(path)
    weights = read_all(path)
    optimizer = [key for key in weights if "optimizer" in key]
    found = {
        "losses": {key: [step[key] for step in losses] for key in losses[-1]},
        "weights": norms([array for key, array in weights.items() if key not in optimizer]),
        "optimizer": norms([weights[key] for key in optimizer]),
        "output": {"values": spread(model(inputs_of(name, batch)))},
    }
    if name == "matched":
        y, _ = soundfile.read(SAMPLE / "evaluation" / SPEAKERS[1] / "e05.flac", stop=16000)
        for kind, source in ("known", SPEAKERS[1]), ("unseen", None):
            found[f"conversion, source {kind}"] = {"samples": spread(convert(y, source))}
    return found


def numbers():
    """Return all golden numbers, dicts of dicts of lists of numbers."""
    with tempfile.TemporaryDirectory() as folder:
        features, statistics = extract(Path(folder))
        found = numbers_of_features(features, statistics)
        return found | {name: numbers_of_model(name, features) for name in SETTINGS}


def written(found, space="\n"):
    """Return JSON with a line for each list."""
    if isinstance(found, list):
        return "[" + ", ".join(f"{value:.9g}" for value in found) + "]"
    items = (f'{space} "{key}": {written(value, space + " ")}' for key, value in found.items())
    return "{" + ",".join(items) + space + "}"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--renew", action="store_true", required=True, help=f"write {FILE.name}")
    parser.parse_args()
    FILE.write_text(written(numbers()) + "\n")


if __name__ == "__main__":
    main()
