"""Training of a model on features, epoch by epoch, into a run folder; the same call resumes an interrupted one."""

import sys

import keras
import tensorflow as tf

from vconv import data, models
from vconv.common import plots
from vconv.common.errors import VconvError
from vconv.common.version import __version__
from vconv.models.adversarial import AdversarialModel
from vconv.training.callbacks import CheckpointCallback
from vconv.training.health import Health
from vconv.training.run_folder import RunFolder

MAY_CHANGE = {"epochs", "early_stopping_patience"}  # of `training`, when a run goes on


def train(model_name, store, statistics, corpus_settings, run, changes=None, report=print, inputs=None):
    """Train a model, or go on with a training that was interrupted, until its epochs are done.

    Parameters
    ----------
    model_name : str
    store : vconv.features.store.FeatureStore
    statistics : vconv.features.statistics.Statistics or None
        The store's; None for a model that converts no recordings.
    corpus_settings : dict
        Kept in the run folder, so that conversion and evaluation find the recordings.
    run : str or Path
    changes : dict, optional
        Changes of the model's settings, nested as in its YAML.
    report : callable
        Takes lines of text.
    inputs : dict, optional
        What `open_inputs` of the model's kind of training data returned; left out, the files beside the store.

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
    kind, folder = data.kind(models.training_data(model_name)), RunFolder(run)
    with folder.locked():
        inputs = kind.open_inputs(store) if inputs is None else inputs
        examples = kind(store, settings, statistics, **inputs)
        _prepare(folder, model_name, settings, corpus_settings, store, statistics, examples)
        _train(folder, model_name, settings["training"], examples, report)
    return folder


def _train(folder, model_name, training, examples, report):
    """Train the model of a run folder that is locked, on `examples`, a `TrainingData`."""
    keras.utils.set_random_seed(training["seed"])
    # TensorFlow's graph optimizer changes the last bits of 1 step in 250; without it 5,000 steps are repeatable, at the
    # same speed (benchmarks/bit_exactness.py).
    tf.config.optimizer.set_experimental_options({"disable_meta_optimizer": True})
    model = folder.build_model()
    examples.prepare(model)
    if folder.epochs_done():
        folder.load_checkpoint(model, resume=True)
        report(f"{folder.path}: goes on after epoch {folder.epochs_done()} of {training['epochs']}")
    key = f"{examples.unit}_per_epoch"
    if training[key] < model.rows_per_step:
        raise VconvError(
            f"{model_name}: training.{key} is {training[key]}, less than the {model.rows_per_step} "
            f"{examples.unit} of one step; raise it or lower training.batch_size"
        )
    _fit(model, folder, training, examples, training[key] // model.rows_per_step, report)
    if history := folder.history():
        plots.training_curves({folder.path.name: history}).savefig(folder.path / "curves.png", dpi=120)


def _fit(model, folder, training, examples, steps, report):
    """Train `model` from the epoch where `folder` stands to the last, each of so many `steps`."""
    done = folder.epochs_done()
    writer = tf.summary.create_file_writer(str(folder.log))
    checkpoints = CheckpointCallback(folder, writer, model.monitored, training["early_stopping_patience"], report)
    if checkpoints.stops_early():
        return
    validation = examples.validation_batches()
    # Health comes before checkpoints: what it writes must be there for every epoch that has its checkpoint.
    health = [Health(folder, writer, validation, report)] if isinstance(model, AdversarialModel) else []
    model.fit(
        examples.batches(done, steps, model.rows_per_step),
        steps_per_epoch=steps,
        initial_epoch=done,
        epochs=training["epochs"],
        shuffle=False,
        validation_data=validation,
        callbacks=[*health, checkpoints, examples.pictures(writer, folder)],
        verbose=1 if sys.stdout.isatty() else 2,
    )
    writer.close()


def _prepare(folder, model_name, settings, corpus_settings, store, statistics, examples):
    """Begin a run in `folder`, or make sure that the one there is the one that was asked for."""
    wanted = {
        "model": model_name,
        "settings": settings,
        "corpus": corpus_settings,
        "features": {"fingerprint": store.fingerprint, **store.settings},
        "data": examples.facts,
        "versions": {"vconv": __version__, "tensorflow": tf.__version__, "keras": keras.__version__},
    }
    if not folder.exists():
        folder.create(wanted, statistics, examples.transforms)
        return
    there = {"data": examples.facts} | folder.settings() | {"settings": folder.model_settings()}
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
    folder.update(wanted, statistics, examples.transforms)


def _differences(one, other, name):
    """Yield the dotted names of the settings in which two nested dicts differ."""
    if isinstance(one, dict) and isinstance(other, dict):
        for key in {**one, **other}:
            yield from _differences(one.get(key), other.get(key), f"{name}.{key}")
    elif one != other:
        yield name
