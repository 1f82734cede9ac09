"""Measure sets of patches with a known fault by `vconv evaluate-samples`: the table of docs/evaluation_samples.md.

    vconv extract --corpus recipes/vcc2016/corpus.yaml --output recipes/vcc2016/dump/features.h5
    python benchmarks/known_faults.py recipes/vcc2016/dump/features.h5 FOLDER

The sets and the output for each, NUMBER.json and NUMBER/*.png, stay in FOLDER. docs/images/sample-histograms.png is
2/histograms.png. The classifier is trained once and kept in FOLDER.
"""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
from scipy.ndimage import uniform_filter1d

from vconv.audio.images import MelImage
from vconv.audio.mel import RANGE_DB, MelSettings, MelSpectrogram
from vconv.data.patches import Patches
from vconv.features.store import FeatureStore
from vconv.generation.patch_classifier import PatchClassifier

WIDTH, TRAINING, OTHERS = 32, 1832, 446  # frames of a patch, patches of the training set and of each other set
MEASURES = {
    "frechet_distance": (1, 2),
    "inception_score": (1, 2),
    "precision": (100, 1),
    "recall": (100, 1),
    "density": (1, 2),
    "coverage": (100, 1),
    "spread": (1, 2),
    "jensen_shannon": (1, 3),
    "memorization_ratio": (1, 2),
    "near_copies": (100, 1),
}


def real(path):
    """Return {split: (patches in [-1, 1], speakers)}, evenly spread over each split."""
    with FeatureStore(path) as store:
        image = MelImage(MelSpectrogram(MelSettings(store.settings["sample_rate"])), RANGE_DB)
        counts = {"training": TRAINING, "validation": OTHERS, "evaluation": OTHERS}
        return {split: Patches(store, split, image, WIDTH).evenly(count) for split, count in counts.items()}


def faulty(training, new, rng):
    """Return {name: patches}: changed evaluation recordings, changed training patches, or noise."""
    copied = training[rng.choice(len(training), OTHERS, replace=False)]
    mean, std = training.mean((0, 2), keepdims=True), training.std((0, 2), keepdims=True)
    return {
        "new recordings": new,
        "training patches + noise of σ 0.05": copied + rng.normal(0, 0.05, copied.shape),
        "blurred over 7 bins": uniform_filter1d(new, 7, axis=1),
        "five patches, again and again": new[rng.choice(OTHERS, 5, replace=False)][np.arange(OTHERS) % 5],
        "Gaussian noise, mean and σ of the data": rng.normal(mean, std, new.shape),
    }


def row(title, content, column):
    """Return a row of the table."""
    cells = []
    for name, (factor, decimals) in MEASURES.items():
        entry = content["measures"][name][column]
        cells.append(f"{factor * entry['value']:.{decimals}f}")
        if name == "frechet_distance":
            low, high = entry["interval"]
            cells[-1] += f" ± {(high - low) / 2:.1f}"
    return f"| {' | '.join([title, *cells])} |"


features, folder = sys.argv[1], Path(sys.argv[2])
folder.mkdir(parents=True, exist_ok=True)
splits = real(features)
(training, labels), (held_out, _), (new, speakers) = (splits[name] for name in ("training", "validation", "evaluation"))
for name, array in (("training", training), ("labels", labels), ("held-out", held_out)):
    np.save(folder / f"{name}.npy", array)
for number, (title, patches) in enumerate(faulty(training, new, np.random.default_rng(0)).items()):
    np.save(folder / f"{number}.npy", patches.astype(np.float32))
    options = {
        "generated": f"{number}.npy",
        "training": "training.npy",
        "held-out": "held-out.npy",
        "labels": "labels.npy",
        "classifier": "classifier.h5",
        "json": f"{number}.json",
        "pictures": number,
    }
    subprocess.run(
        [
            sys.executable,
            "-m",
            "vconv",
            "evaluate-samples",
            *(f"--{option}={folder}/{file}" for option, file in options.items()),
        ],
        check=True,
        capture_output=True,
    )
    content = json.loads((folder / f"{number}.json").read_text(encoding="utf-8"))
    if number == 0:
        print(row("(held-out)", content, "held_out"))
    print(row(title, content, "generated"), flush=True)
classifier = PatchClassifier.load(folder / "classifier.h5")
right = np.mean(classifier.probabilities(new).argmax(axis=1) == speakers)
print(f"the classifier knows {classifier.accuracy:.1%} of the patches it left out, {right:.1%} of the new ones")
