"""Train `dcgan` on one task with one setting changed at a time, for `stabilizers.py` and `cqt_channels.py`.

FOLDER/results.jsonl holds the finished trainings, which are not repeated. An interrupted training goes on.
"""

import argparse
import contextlib
import json
import re
from pathlib import Path
from typing import NamedTuple

import keras
import numpy as np

from vconv import models
from vconv.common import config
from vconv.common.errors import VconvError
from vconv.features.store import FeatureStore
from vconv.generation.generator import SampleGenerator
from vconv.generation.patch_classifier import PatchClassifier
from vconv.generation.sample_scores import SampleSet, evaluate_samples
from vconv.training.health import diagnose
from vconv.training.run_folder import RunFolder
from vconv.training.train import train

COLUMNS = {  # title → (measure, factor, decimals)
    "Fréchet": ("frechet_distance", 1, 0),
    "coverage %": ("coverage", 100, 1),
    "density": ("density", 1, 2),
    "precision %": ("precision", 100, 1),
    "recall %": ("recall", 100, 1),
    "JS bits": ("jensen_shannon", 1, 3),
    "distance to training": ("memorization_ratio", 1, 2),
}


class Task(NamedTuple):
    """What all trainings of a table share, and how they differ.

    Attributes
    ----------
    settings : list of str
        Assignments as `--set` takes them, the same for all trainings.
    alternatives : dict
        Name → list of assignments.
    epochs : int
    updates : int
        Updates of the generator in an epoch.
    samples : int
        Generated patches that are measured.
    around : dict
        Name → context manager in which the model is trained and used, for what no setting can change.
    """

    settings: list
    alternatives: dict
    epochs: int
    updates: int
    samples: int
    around: dict = {}

    def identity(self, store):
        """Return what must be equal for all rows of a table."""
        return [store.fingerprint, self.epochs, self.updates, self.samples, *self.settings]

    def assignments(self, name, seed):
        """Return the changed settings of one training, as `--set` takes them."""
        own = [*self.settings, f"training.epochs={self.epochs}", *self.alternatives[name], f"training.seed={seed}"]
        settings = models.settings("dcgan", config.parse_assignments(own))
        patches = settings["training"]["batch_size"] * settings["adversarial"]["critic_steps"] * self.updates
        return [*own, f"training.patches_per_epoch={patches}"]


def classifier_of(folder, real):
    """Return the classifier of the real patches; it is trained once and kept in `folder`."""
    path = folder / "classifier.h5"
    if path.exists():
        return PatchClassifier.load(path)
    classifier = PatchClassifier.fit(real.patches, real.speakers)
    classifier.save(path)
    return classifier


def seconds_per_update(run, updates):
    """Return the median over the epochs, from the times of their sample pictures, or None with fewer than two."""
    drawn = sorted(path.stat().st_mtime for path in run.samples.glob("epoch-*.png"))
    return float(np.median(np.diff(drawn)) / updates) if len(drawn) > 1 else None


def measure(task, store, folder, name, seed):
    """Train, generate and measure; return a line of results.jsonl."""
    changes = config.parse_assignments(task.assignments(name, seed))
    run = RunFolder(folder / f"{re.sub('[^a-zA-Z0-9]+', '-', name)}-{seed}")
    broken = []
    with task.around.get(name, contextlib.nullcontext()):
        try:
            train("dcgan", store, None, {}, run.path, changes)
        except VconvError as error:  # the loss is not a number: measure the last checkpoint
            if not run.epochs_done():
                raise
            print(error)
            broken = [f"nan after epoch {run.epochs_done()}"]
        generator = SampleGenerator.load(run.path)
    real = generator.real(store, {"training": 4 * task.samples, "held-out": task.samples})
    classifier = classifier_of(folder, real["training"])
    sets = {
        "generated": generator.patches(task.samples, seed),
        "training": real["training"].patches,
        "held_out": real["held-out"].patches,
    }
    sets = {key: SampleSet(patches, *classifier.describe(patches)) for key, patches in sets.items()}
    found = evaluate_samples(**sets)["measures"]
    signs = run.history("health")
    return {
        "setting": name,
        "seed": seed,
        "changes": task.alternatives[name],
        "task": task.identity(store),
        "measures": {
            measure: {column: found[measure][column]["value"] for column in ("generated", "held_out")}
            for measure, *_ in COLUMNS.values()
        },
        "seconds_per_update": seconds_per_update(run, task.updates),
        "warnings": broken + sorted({one for end in range(1, len(signs) + 1) for one in diagnose(signs[:end])}),
    }


def table(names, rows):
    """Return the lines of the table: the mean and, in parentheses, the value of each seed."""
    lines = [f"| setting | {' | '.join(COLUMNS)} | s / update | warnings |", "|---" * (len(COLUMNS) + 3) + "|"]

    def cells(of, column):
        for measure, factor, decimals in COLUMNS.values():
            values = [row["measures"][measure][column] for row in of]
            each = ", ".join(f"{factor * value:.{decimals}f}" for value in values)
            yield f"{factor * np.mean(values):.{decimals}f}" + (f" ({each})" if len(set(values)) > 1 else "")

    for name in names:
        if of := [row for row in rows if row["setting"] == name]:
            times = [row["seconds_per_update"] for row in of if row["seconds_per_update"]]
            warnings = sorted({warning for row in of for warning in row["warnings"]})
            time = f"{np.mean(times):.3f}" if times else "–"
            lines.append(f"| {' | '.join([name, *cells(of, 'generated'), time, ', '.join(warnings) or '–'])} |")
    return [*lines, f"| {' | '.join(['(held-out)', *cells(rows[:1], 'held_out')])} | | |"]


def main(task, description):
    """Read the command line, run the trainings that are missing, print the table after each."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("features", help="a feature file with waves, of several speakers")
    parser.add_argument("folder", type=Path, help="trainings and results")
    parser.add_argument("--seeds", type=int, default=2)
    parser.add_argument("--only", action="append", choices=task.alternatives, help="this setting; may be repeated")
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    path = options.folder / "results.jsonl"
    with FeatureStore(options.features) as store:
        for seed in range(options.seeds):
            for name in options.only or task.alternatives:
                lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
                rows = [row for row in map(json.loads, lines) if row["task"] == task.identity(store)]
                if not any((row["setting"], row["seed"]) == (name, seed) for row in rows):
                    rows.append(measure(task, store, options.folder, name, seed))
                    with open(path, "a", encoding="utf-8") as file:
                        file.write(json.dumps(rows[-1], ensure_ascii=False) + "\n")
                    keras.backend.clear_session()
                    print(*table(task.alternatives, rows), sep="\n", flush=True)
        print(*table(task.alternatives, rows), sep="\n", flush=True)
