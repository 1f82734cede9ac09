"""What each objective and stabiliser does to dcgan on one common task: the table of docs/adversarial_training.md.

    vconv extract --corpus recipes/spectrogram-gan/corpus.yaml --output recipes/spectrogram-gan/dump/features.h5
    python benchmarks/stabilisers.py recipes/spectrogram-gan/dump/features.h5 FOLDER
    python benchmarks/stabilisers.py recipes/spectrogram-gan/dump/features.h5 FOLDER --only "LSGAN"

Patches of 28 mel bands × 28 frames, narrow networks, 600 updates of the generator with 64 patches each, two seeds; then
500 samples against 2,000 patches of the training set in the features of one classifier. A training that is done stands
in FOLDER/results.jsonl and is not done again; one that was interrupted goes on; the table is printed after each.
"""

import argparse
import json
import re
from pathlib import Path

import keras
import numpy as np

from vconv import config, models
from vconv.errors import VconvError
from vconv.evaluation.samples import SampleSet, evaluate_samples
from vconv.features.store import FeatureStore
from vconv.generation import SampleGenerator
from vconv.health import diagnose
from vconv.patch_classifier import PatchClassifier
from vconv.run_folder import RunFolder
from vconv.training import train

EPOCHS, UPDATES, SAMPLES = 10, 60, 500
TASK = [
    "network.start_channels=64", "network.upsampling_channels=[32,16]", "network.height_kernels=[4,4,5]",
    "network.width_kernels=[4,4,5]", "network.height_strides=[2,2,1]", "network.width_strides=[2,2,1]",
    "network.critic_channels=[24,48,96]", "network.critic_strides=[2,2,2]", "training.batch_size=64",
    f"training.epochs={EPOCHS}",
]
FREE = "adversarial.constraint=none"
NO_NORM = "network.critic_norm=none"
SPECTRAL = ["adversarial.constraint=spectral_normalization", NO_NORM]
NON_SATURATING, LSGAN = "adversarial.objective=non_saturating", "adversarial.objective=least_squares"
SETTINGS = {  # what differs from dcgan's defaults: WGAN-GP, batch norm, one critic step, 2e-4 both
    "WGAN-GP, batch norm in the critic": [],
    "WGAN-GP, layer norm": ["network.critic_norm=layer"],
    "WGAN-GP, no norm": [NO_NORM],
    "WGAN-GP, batch norm, 5 critic steps": ["adversarial.critic_steps=5"],
    "WGAN-GP, layer norm, 5 critic steps": ["network.critic_norm=layer", "adversarial.critic_steps=5"],
    "WGAN-GP, batch norm, rates 1e-3 / 1e-4": ["training.learning_rate=1e-3", "adversarial.critic_learning_rate=1e-4"],
    "WGAN, weights clipped to 0.01": ["adversarial.constraint=weight_clipping"],
    "WGAN, spectral normalisation": SPECTRAL,
    "non-saturating": [NON_SATURATING, FREE],
    "non-saturating, one-sided smoothing": [f"{NON_SATURATING}_one_sided", FREE],
    "non-saturating, two-sided smoothing": [f"{NON_SATURATING}_two_sided", FREE],
    "non-saturating, spectral normalisation": [NON_SATURATING, *SPECTRAL],
    "non-saturating, gradient penalty": [NON_SATURATING],
    "LSGAN": [LSGAN, FREE],
    "LSGAN, rates 1e-3 / 1e-4": [LSGAN, FREE, "training.learning_rate=1e-3", "adversarial.critic_learning_rate=1e-4"],
    "LSGAN, feature matching": [LSGAN, FREE, "adversarial.feature_matching=1.0"],
    "LSGAN, minibatch deviation": [LSGAN, FREE, "network.critic_minibatch_deviation=true"],
    "WGAN-GP, batch norm, feature matching": ["adversarial.feature_matching=1.0"],
    "WGAN-GP, batch norm, minibatch deviation": ["network.critic_minibatch_deviation=true"],
    "WGAN-GP, batch norm, average 0.99": ["adversarial.average_decay=0.99"],
    "WGAN-GP, batch norm, progressive growing": ["adversarial.progressive_epochs=5"],
    "WGAN-GP, batch norm, LSTM generator": ["network.generator=lstm"],
}
COLUMNS = {  # title → (measure, factor, decimals)
    "Fréchet": ("frechet_distance", 1, 0), "coverage %": ("coverage", 100, 1), "density": ("density", 1, 2),
    "precision %": ("precision", 100, 1), "recall %": ("recall", 100, 1), "JS bits": ("jensen_shannon", 1, 3),
    "distance to training": ("memorising_ratio", 1, 2),
}


def assignments(name, seed):
    """Return the changes of settings of one training, as `--set` takes them; one update is one of the generator."""
    own = [*TASK, *SETTINGS[name], f"training.seed={seed}"]
    steps = models.settings("dcgan", config.parse_assignments(own))["adversarial"]["critic_steps"]
    return [*own, f"training.patches_per_epoch={64 * steps * UPDATES}"]


def classifier_of(folder, real):
    """Return the classifier of the real patches, trained once."""
    path = folder / "classifier.h5"
    if path.exists():
        return PatchClassifier.load(path)
    classifier = PatchClassifier.fit(real.patches, real.speakers)
    classifier.save(path)
    return classifier


def seconds_per_update(run):
    """Return the median over the epochs, from when each one's samples were drawn, or None where none was measured."""
    drawn = sorted(path.stat().st_mtime for path in run.samples.glob("epoch-*.png"))
    return float(np.median(np.diff(drawn)) / UPDATES) if len(drawn) > 1 else None


def measure(store, folder, name, seed):
    """Train, generate, measure; return what results.jsonl keeps."""
    changes = config.parse_assignments(assignments(name, seed))
    run = RunFolder(folder / f"{re.sub('[^a-zA-Z0-9]+', '-', name)}-{seed}")
    broken = []
    try:
        train("dcgan", store, None, {}, run.path, changes)
    except VconvError as error:  # a loss that is no number: what it had learned until then is measured
        if not run.epochs_done():
            raise
        print(error)
        broken = [f"nan after epoch {run.epochs_done()}"]
    generator = SampleGenerator.load(run.path)
    real = generator.real(store, {"training": 4 * SAMPLES, "held-out": SAMPLES})
    classifier = classifier_of(folder, real["training"])
    sets = {"generated": generator.patches(SAMPLES, seed), "training": real["training"].patches,
            "held_out": real["held-out"].patches}
    sets = {key: SampleSet(patches, *classifier.describe(patches)) for key, patches in sets.items()}
    found = evaluate_samples(**sets)["measures"]
    signs = run.history("health")
    return {
        "setting": name, "seed": seed, "changes": SETTINGS[name], "task": task_of(store),
        "measures": {measure: {column: found[measure][column]["value"] for column in ("generated", "held_out")}
                     for measure, *_ in COLUMNS.values()},
        "seconds_per_update": seconds_per_update(run),
        "warnings": broken + sorted({one for end in range(1, len(signs) + 1) for one in diagnose(signs[:end])}),
    }


def task_of(store):
    """Return what must be the same for rows of one table."""
    return [store.fingerprint, EPOCHS, UPDATES, SAMPLES, *TASK]


def table(rows):
    """Return the lines of the table: a mean and, in brackets, each seed's value."""
    lines = [f"| setting | {' | '.join(COLUMNS)} | s / update | warnings |", "|---" * (len(COLUMNS) + 3) + "|"]

    def cells(of, column):
        for measure, factor, decimals in COLUMNS.values():
            values = [row["measures"][measure][column] for row in of]
            each = ", ".join(f"{factor * value:.{decimals}f}" for value in values)
            yield f"{factor * np.mean(values):.{decimals}f}" + (f" ({each})" if len(set(values)) > 1 else "")

    for name in SETTINGS:
        if of := [row for row in rows if row["setting"] == name]:
            times = [row["seconds_per_update"] for row in of if row["seconds_per_update"]]
            told = sorted({warning for row in of for warning in row["warnings"]})
            time = f"{np.mean(times):.3f}" if times else "–"
            lines.append(f"| {' | '.join([name, *cells(of, 'generated'), time, ', '.join(told) or '–'])} |")
    return [*lines, f"| {' | '.join(['(held-out)', *cells(rows[:1], 'held_out')])} | | |"]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("features", help="a feature file with waves, of several speakers")
    parser.add_argument("folder", type=Path, help="trainings and results")
    parser.add_argument("--seeds", type=int, default=2)
    parser.add_argument("--only", action="append", choices=SETTINGS, help="this setting; may be repeated")
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    path = options.folder / "results.jsonl"
    with FeatureStore(options.features) as store:
        for seed in range(options.seeds):
            for name in options.only or SETTINGS:
                lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
                rows = [row for row in map(json.loads, lines) if row["task"] == task_of(store)]
                if not any((row["setting"], row["seed"]) == (name, seed) for row in rows):
                    rows.append(measure(store, options.folder, name, seed))
                    with open(path, "a", encoding="utf-8") as file:
                        file.write(json.dumps(rows[-1], ensure_ascii=False) + "\n")
                    keras.backend.clear_session()
                    print(*table(rows), sep="\n", flush=True)
        print(*table(rows), sep="\n", flush=True)


if __name__ == "__main__":
    main()
