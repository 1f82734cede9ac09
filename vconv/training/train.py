"""Training: features + model settings → a run folder, epoch by epoch; the same command resumes what was interrupted."""

import math
import sys

import keras
import numpy as np
import tensorflow as tf

from vconv import models
from vconv.common import plots
from vconv.common.errors import VconvError
from vconv.common.version import __version__
from vconv.data.kinds import KINDS
from vconv.models.adversarial import AdversarialModel
from vconv.training.health import HELP, Health
from vconv.training.run_folder import RunFolder

MAY_CHANGE = {"epochs", "early_stopping_patience"}  # of `training`, when a run goes on


def train(model_name, store, statistics, corpus_settings, run, changes=None, report=print, matches=None):
    """Train a model, or go on with a training that was interrupted, until its epochs are done.

    Parameters
    ----------
    model_name : str
    store : vconv.features.store.FeatureStore
    statistics : vconv.features.statistics.Statistics or None
        The store's; None for a model that converts no voices.
    corpus_settings : dict
        Kept in the run folder, so that conversion and evaluation find the recordings.
    run : str or Path
    changes : dict, optional
        Changes of the model's settings, nested as in its YAML.
    report : callable
        Takes lines of text.
    matches : vconv.alignment.frame_pairs.FramePairs, optional
        For a model that learns from pairs: those of the store; left out, they are in the file beside it.

    Returns
    -------
    folder : RunFolder

    Raises
    ------
    VconvError
        Unknown model or setting, a run folder of other settings or features, another training at work there,
        or a loss that is no number.
    """
    settings = models.settings(model_name, changes)
    folder = RunFolder(run)
    with folder.locked():
        data = KINDS[models.training_data(model_name)](store, settings, statistics=statistics, matches=matches)
        _prepare(folder, model_name, settings, corpus_settings, store, statistics, data.facts)
        _train(folder, model_name, settings["training"], data, report)
    return folder


def _train(folder, model_name, training, data, report):
    """Train the model of a run folder that is locked."""
    keras.utils.set_random_seed(training["seed"])
    # With TensorFlow's graph optimizer 1 step in 250 came out otherwise in its last bits; without it none in 5,000 did,
    # at the same speed.
    tf.config.optimizer.set_experimental_options({"disable_meta_optimizer": True})
    model = folder.build_model()
    data.prepare(model)
    if folder.epochs_done():
        folder.load_checkpoint(model, resume=True)
        report(f"{folder.path}: goes on after epoch {folder.epochs_done()} of {training['epochs']}")
    key = f"{data.unit}_per_epoch"
    if training[key] < model.rows_per_step:
        raise VconvError(
            f"{model_name}: training.{key} is {training[key]}, less than the {model.rows_per_step} "
            f"{data.unit} of one step; raise it or lower training.batch_size"
        )
    _fit(model, folder, training, data, training[key] // model.rows_per_step, report)
    if history := folder.history():
        plots.training_curves({folder.path.name: history}).savefig(folder.path / "curves.png", dpi=120)


def _fit(model, folder, training, data, steps, report):
    """Train `model` from the epoch where `folder` stands to the last, each of so many `steps`."""
    done = folder.epochs_done()
    writer = tf.summary.create_file_writer(str(folder.log))
    keeper = CheckpointCallback(folder, writer, model.monitored, training["early_stopping_patience"], report)
    if keeper.stops_early():
        return
    held_out = data.validation()
    # Before the keeper: what it writes must be there for every epoch that has its checkpoint.
    health = [Health(folder, writer, held_out, report)] if isinstance(model, AdversarialModel) else []
    model.fit(
        data.shuffled.epochs(done, steps, model.rows_per_step),
        steps_per_epoch=steps,
        initial_epoch=done,
        epochs=training["epochs"],
        shuffle=False,
        validation_data=held_out,
        callbacks=[*health, keeper, data.painter(writer, folder)],
        verbose=1 if sys.stdout.isatty() else 2,
    )
    writer.close()


class CheckpointCallback(keras.callbacks.Callback):
    """After each epoch: refuse a loss that is no number; save checkpoint, history and TensorBoard scalars."""

    def __init__(self, folder, writer, monitored, early_stopping_patience, report):
        super().__init__()
        self.folder = folder
        self.writer = writer
        self.monitored = f"val_{monitored}"
        self.early_stopping_patience = early_stopping_patience
        self.report = report
        self.rows = folder.history()

    def on_epoch_begin(self, epoch, logs=None):
        """Tell the model which epoch begins."""
        self.model.begin_epoch(epoch)

    def on_epoch_end(self, epoch, logs=None):
        """Keep what the epoch brought."""
        logs = {name: float(value) for name, value in logs.items()}
        broken = [name for name, value in logs.items() if not math.isfinite(value)]
        if broken:
            remedy = HELP["nan"] if isinstance(self.model, AdversarialModel) else "lower training.learning_rate"
            raise VconvError(
                f"{self.folder.path}: {', '.join(broken)} became {logs[broken[0]]} in epoch {epoch + 1}; "
                f"{remedy}, and train into a new --run folder; "
                f"the checkpoint of epoch {epoch} is untouched"
            )
        self.rows.append({"epoch": epoch + 1, **logs})
        self.folder.write_history(self.rows)  # first: rows beyond the newest checkpoint do not count
        self.folder.save_checkpoint(self.model, epoch + 1)
        with self.writer.as_default():
            for name, value in logs.items():
                tf.summary.scalar(name, value, step=epoch + 1)
        self.writer.flush()
        self.model.stop_training = self.stops_early()

    def stops_early(self):
        """Whether the best validation measure lies that far back; a resumed run reads the same history."""
        losses = [row[self.monitored] for row in self.rows]
        since_best = len(losses) - 1 - int(np.argmin(losses)) if losses else 0
        if not self.early_stopping_patience or since_best < self.early_stopping_patience:
            return False
        self.report(
            f"{self.folder.path}: no better {self.monitored} for {self.early_stopping_patience} epochs; stopped"
        )
        return True


def _prepare(folder, model_name, settings, corpus_settings, store, statistics, facts):
    """Begin a run in `folder`, or make sure that the one there is the one that was asked for."""
    wanted = {
        "model": model_name,
        "settings": settings,
        "corpus": corpus_settings,
        "features": {"fingerprint": store.fingerprint, **store.settings},
        "data": facts,
        "versions": {"vconv": __version__, "tensorflow": tf.__version__, "keras": keras.__version__},
    }
    if not folder.exists():
        folder.create(wanted, statistics)
        return
    there = {"data": facts} | folder.settings() | {"settings": folder.model_settings()}
    if there["features"]["fingerprint"] != store.fingerprint:
        raise VconvError(f"{folder.path}: was trained on other features; give those, or choose another --run folder")
    changed = [key for key in ("model", "settings", "data") for key in _differences(there[key], wanted[key], key)]
    may_change = {f"settings.training.{name}" for name in MAY_CHANGE}
    changed = [key for key in changed if key not in may_change and not key.startswith("settings.conversion.")]
    if changed:
        raise VconvError(
            f"{folder.path}: was trained with another {', '.join(changed)}; "
            f"give the same settings to go on, or choose another --run folder"
        )
    folder.update(wanted, statistics)


def _differences(one, other, name):
    """Yield the dotted names of the settings in which two nested dicts differ."""
    if isinstance(one, dict) and isinstance(other, dict):
        for key in {**one, **other}:
            yield from _differences(one.get(key), other.get(key), f"{name}.{key}")
    elif one != other:
        yield name
