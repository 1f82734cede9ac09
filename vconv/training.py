"""Training: features + model settings → a run folder, epoch by epoch; the same command resumes what was interrupted."""

import math
import sys

import keras
import numpy as np
import tensorflow as tf

from vconv import models, pictures
from vconv.batches import ShuffledFrames
from vconv.errors import VconvError
from vconv.features.statistics import Normalizer
from vconv.run_folder import RunFolder
from vconv.version import __version__

VALIDATION_FRAMES = 8192  # enough for a standard error of 0.1 nats; the whole split would cost as much as training
VALIDATION_BATCH = 1024
PICTURE_FRAMES = 600
MAY_CHANGE = {"epochs", "early_stop_epochs"}  # of `training`, when a run goes on


def train(model_name, store, statistics, corpus_settings, run, changes=None, report=print):
    """Train a model, or go on with a training that was interrupted, until its epochs are done.

    Parameters
    ----------
    model_name : str
    store : vconv.features.store.FeatureStore
    statistics : vconv.features.statistics.Statistics
        The store's.
    corpus_settings : dict
        Kept in the run folder, so that conversion and evaluation find the recordings.
    run : str or Path
    changes : dict, optional
        Changes of the model's settings, nested as in its YAML.
    report : callable
        Takes lines of text.

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
    _check(settings["training"], model_name)
    folder = RunFolder(run)
    with folder.locked():
        _train(folder, model_name, settings, store, statistics, corpus_settings, report)
    return folder


def _train(folder, model_name, settings, store, statistics, corpus_settings, report):
    """Train in a run folder that is locked."""
    _prepare(folder, model_name, settings, corpus_settings, statistics)
    training = settings["training"]
    keras.utils.set_random_seed(training["seed"])
    # With TensorFlow's graph optimiser 1 step in 250 came out otherwise in its last bits; without it none in 5,000 did,
    # at the same speed.
    tf.config.optimizer.set_experimental_options({"disable_meta_optimizer": True})
    model = folder.build_model()
    if folder.epochs_done():
        folder.load_checkpoint(model)
        report(f"{folder.path}: goes on after epoch {folder.epochs_done()} of {training['epochs']}")
    if training["frames_per_epoch"] < model.rows_per_step:
        raise VconvError(
            f"{model_name}: training.frames_per_epoch is {training['frames_per_epoch']}, less than the "
            f"{model.rows_per_step} frames of one step; raise it or lower training.batch_size"
        )
    _fit(model, folder, training, store, statistics, report)
    if history := folder.history():
        pictures.training_curves({folder.path.name: history}).savefig(folder.path / "curves.png", dpi=120)


def _fit(model, folder, training, store, statistics, report):
    """Train `model` from the epoch where `folder` stands to the last."""
    done, steps = folder.epochs_done(), training["frames_per_epoch"] // model.rows_per_step
    frames = ShuffledFrames(store, statistics, "training", training["seed"], training["balance_speakers"])
    held_out = ShuffledFrames(store, statistics, "validation", seed=0)
    writer = tf.summary.create_file_writer(str(folder.log))
    keeper = Keeper(folder, writer, training["early_stop_epochs"], report)
    if keeper.stops_early():
        return
    model.fit(
        frames.epochs(done, steps, model.rows_per_step),
        steps_per_epoch=steps,
        initial_epoch=done,
        epochs=training["epochs"],
        shuffle=False,
        validation_data=held_out.sample(VALIDATION_FRAMES, VALIDATION_BATCH),
        callbacks=[keeper, Painter(writer, store, statistics)],
        verbose=1 if sys.stdout.isatty() else 2,
    )
    writer.close()


class Keeper(keras.callbacks.Callback):
    """After each epoch: refuse a loss that is no number; save checkpoint, history and TensorBoard scalars."""

    def __init__(self, folder, writer, early_stop_epochs, report):
        super().__init__()
        self.folder = folder
        self.writer = writer
        self.early_stop_epochs = early_stop_epochs
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
            raise VconvError(
                f"{self.folder.path}: {', '.join(broken)} became {logs[broken[0]]} in epoch {epoch + 1}; "
                f"lower training.learning_rate and train into a new --run folder; "
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
        """Whether the best validation loss lies `early_stop_epochs` back; a resumed run reads the same history."""
        losses = [row["val_loss"] for row in self.rows]
        since_best = len(losses) - 1 - int(np.argmin(losses)) if losses else 0
        if not self.early_stop_epochs or since_best < self.early_stop_epochs:
            return False
        self.report(f"{self.folder.path}: no better validation loss for {self.early_stop_epochs} epochs; stopped")
        return True


class Painter(keras.callbacks.Callback):
    """After each epoch, a picture in TensorBoard: a validation utterance, its reconstruction, and another's voice."""

    def __init__(self, writer, store, statistics):
        super().__init__()
        self.writer = writer
        self.settings = store.settings
        self.speakers = statistics.speakers
        self.normalizer = Normalizer(statistics.spectrum_low, statistics.spectrum_high)
        utterance = store.split("validation")[0]
        self.source = self.speakers.index(utterance.speaker)
        self.frames = self.normalizer.forward(store.read(utterance).spectrum[:PICTURE_FRAMES])

    def on_epoch_end(self, epoch, logs=None):
        """Draw the picture of this epoch."""
        target = (self.source + 1) % len(self.speakers)
        panels = {f"{self.speakers[self.source]}, natural": self.frames}
        for speaker, kind in (self.source, "reconstructed"), (target, "converted"):
            label = np.full(len(self.frames), speaker, np.int32)
            panels[f"{self.speakers[speaker]}, {kind}"] = self.model((self.frames, label)).numpy()
        panels = {title: self.normalizer.inverse(frames) for title, frames in panels.items()}
        figure = pictures.spectrograms(panels, self.settings["sample_rate"], self.settings["frame_period_ms"])
        with self.writer.as_default():
            tf.summary.image("validation utterance", pictures.pixels(figure)[None], step=epoch + 1)
        self.writer.flush()


def _check(training, model_name):
    """Raise a VconvError for a training setting out of range."""
    for key in ("batch_size", "frames_per_epoch", "epochs"):
        if training[key] < 1:
            raise VconvError(f"{model_name}: training.{key} is {training[key]}; it must be 1 or more")
    if training["seed"] < 0 or training["early_stop_epochs"] < 0 or not 0 < training["learning_rate"] < 1e9:
        raise VconvError(
            f"{model_name}: training.seed and training.early_stop_epochs must be 0 or more, "
            f"training.learning_rate a number above 0"
        )


def _prepare(folder, model_name, settings, corpus_settings, statistics):
    """Begin a run in `folder`, or make sure that the one there is the one that was asked for."""
    wanted = {
        "model": model_name,
        "settings": settings,
        "corpus": corpus_settings,
        "features": {"fingerprint": statistics.fingerprint, **statistics.settings},
        "versions": {"vconv": __version__, "tensorflow": tf.__version__, "keras": keras.__version__},
    }
    if not folder.exists():
        folder.create(wanted, statistics)
        return
    there = folder.settings()
    if there["features"]["fingerprint"] != statistics.fingerprint:
        raise VconvError(f"{folder.path}: was trained on other features; give those, or choose another --run folder")
    changed = [key for key in ("model", "settings") for key in _differences(there[key], wanted[key], key)]
    changed = [key for key in changed if key not in {f"settings.training.{name}" for name in MAY_CHANGE}]
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
