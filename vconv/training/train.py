"""Training of a model into a run folder; the same call resumes an interrupted training."""

import sys
from functools import partial

import keras
import tensorflow as tf

from vconv import data, models
from vconv.common import files, plots
from vconv.common.errors import VconvError
from vconv.common.version import __version__
from vconv.models.adversarial import AdversarialModel
from vconv.training import conversion_network, tensorflow_files
from vconv.training.callbacks import CheckpointCallback
from vconv.training.distribution import ONE_DEVICE
from vconv.training.health import Health

MAY_CHANGE = {"epochs", "early_stopping_patience"}  # settings of `training` that may differ when a run is resumed


def train(
    model_name,
    store,
    statistics,
    corpus_settings,
    run,
    changes=None,
    report=print,
    inputs=None,
    start=None,
    devices=ONE_DEVICE,
):
    """Train a model, or resume an interrupted training, until its last epoch.

    Parameters
    ----------
    model_name : str
    store : vconv.features.store.FeatureStore
    statistics : vconv.features.statistics.Statistics or None
        Those of the store; None for a model that converts no recordings.
    corpus_settings : dict
        Stored in the run folder, so that conversion and evaluation find the recordings.
    run : str or Path
    changes : dict, optional
        Changes of the model's settings, nested like its YAML.
    report : callable
        Takes lines of text for the user.
    inputs : dict, optional
        The result of `open_inputs` of the kind of training data; the files beside the store when left out.
    start : object, optional
        Its method `set_weights(model)` sets the first weights; they are random when it is left out.
    devices : vconv.training.distribution.OneDevice
        The devices that train together; all their processes make the same call.

    Returns
    -------
    folder : RunFolder

    Raises
    ------
    VconvError
        The model or a setting is unknown, settings contradict each other or the number of speakers, the run folder has
        other settings or features, another training runs in it, or a loss is not finite. The model cannot be trained by
        `devices`, or another of their processes has ended.
    """
    settings = models.settings(model_name, changes)
    kind, folder = data.kind(models.training_data(model_name)), devices.folder(run)
    inputs = kind.open_inputs(store) if inputs is None else inputs
    models.check(model_name, settings, **(kind.sizes(**statistics.dimensions) if kind.uses_statistics else {}))
    report = report if devices.is_chief else _silent
    if devices is not ONE_DEVICE:
        models.check_replicas(model_name, settings, devices.replicas)
    with devices.failures(folder.path), folder.locked():
        examples = kind(store, settings, statistics, **inputs)
        prepare = partial(_prepare, folder, model_name, settings, corpus_settings, store, statistics, examples)
        _begin(folder, devices, prepare)
        _train(folder, model_name, settings["training"], examples, report, start, devices)
        devices.gathered(folder.epochs_done())  # so that all processes end when the run folder is complete
    return folder


def _begin(folder, devices, prepare):
    """Let the chief `prepare` the run folder, and the other processes check it when that is done."""
    if devices.is_chief:
        prepare()
    devices.gathered(0)
    if not devices.is_chief:
        prepare()
    epochs = devices.gathered(folder.epochs_done())
    if len(set(epochs)) > 1:
        raise VconvError(
            f"{folder.path}: processes of this training see different checkpoints, after {min(epochs)} and "
            f"{max(epochs)} epochs; give a --run folder that all machines share"
        )


def _silent(line):
    """Report nothing; the chief reports for all processes."""


def _train(folder, model_name, training, examples, report, start, devices):
    """Train the model of a locked run folder on a `TrainingData`; `training` is the section of the settings."""
    keras.utils.set_random_seed(training["seed"])
    # TensorFlow's graph optimizer changes the last bits of 1 step in 250. Without it 5,000 steps are repeatable, at the
    # same speed (benchmarks/bit_exactness.py).
    tf.config.optimizer.set_experimental_options({"disable_meta_optimizer": True})
    with devices.scope():
        model = folder.build_model()
    examples.prepare(model)
    if folder.epochs_done():
        folder.load_checkpoint(model, resume=True)
        report(f"{folder.path}: continues after epoch {folder.epochs_done()} of {training['epochs']}")
    elif start:
        start.set_weights(model)
    key = f"{examples.unit}_per_epoch"
    if training[key] < model.examples_per_step:
        raise VconvError(
            f"{model_name}: training.{key} is {training[key]}, less than the {model.examples_per_step} "
            f"{examples.unit} of one step; raise it or lower training.batch_size"
        )
    _fit(model, folder, training, examples, training[key] // model.examples_per_step, report, devices)
    if not devices.is_chief:
        return
    if examples.uses_statistics:
        conversion_network.save(folder, model)
    if history := folder.history():
        curves = plots.training_curves({folder.path.name: history})
        files.write(folder.path / "curves.png", partial(curves.savefig, dpi=120))


def _fit(model, folder, training, examples, steps, report, devices):
    """Train `model` from the epoch after the newest checkpoint to the last, each epoch with so many `steps`."""
    done = folder.epochs_done()
    writer = _log_writer(folder.log) if devices.is_chief else tf.summary.create_noop_writer()
    checkpoints = CheckpointCallback(folder, writer, model.monitored, training["early_stopping_patience"], report)
    if checkpoints.stops_early():
        return
    validation = examples.validation_batches()
    # Health is first, because each epoch with a checkpoint must have its row in health.csv.
    health = [Health(folder, writer, validation, report)] if isinstance(model, AdversarialModel) else []
    pictures = [examples.pictures(writer, folder)] if devices.is_chief else []
    model.fit(
        devices.batches(
            examples.batches(done, steps, model.examples_per_step), model.examples_per_step // training["batch_size"]
        ),
        steps_per_epoch=steps,
        initial_epoch=done,
        epochs=training["epochs"],
        shuffle=False,
        **devices.validation(validation),
        callbacks=[*health, checkpoints, *pictures],
        verbose=0 if not devices.is_chief else 1 if sys.stdout.isatty() else 2,
    )
    writer.close()


def _log_writer(path):
    """Return the writer of the TensorBoard log `path`."""
    with tensorflow_files.writing(path):
        return tf.summary.create_file_writer(str(path))


def _prepare(folder, model_name, settings, corpus_settings, store, statistics, examples):
    """Begin a run in `folder`, or raise a VconvError if its run has other settings or features."""
    run = {
        "model": model_name,
        "settings": settings,
        "corpus": corpus_settings,
        "features": {"fingerprint": store.fingerprint, **store.settings},
        "data": examples.facts,
        "versions": {"vconv": __version__, "tensorflow": tf.__version__, "keras": keras.__version__},
    }
    if not folder.exists():
        folder.create(run, statistics, examples.transforms)
        return
    existing = {"data": examples.facts} | folder.settings() | {"settings": folder.model_settings()}
    if existing["features"]["fingerprint"] != store.fingerprint:
        raise VconvError(f"{folder.path}: was trained on other features; give those, or choose another --run folder")
    changed = [key for part in ("model", "settings", "data") for key in _differences(existing[part], run[part], part)]
    may_change = {f"settings.training.{name}" for name in MAY_CHANGE}
    changed = [key for key in changed if key not in may_change and not key.startswith("settings.conversion.")]
    if changed:
        raise VconvError(
            f"{folder.path}: was trained with another {', '.join(changed)}; "
            f"give the same settings to continue, or choose another --run folder"
        )
    folder.update(run, statistics, examples.transforms)


def _differences(old, new, name):
    """Yield the dotted names of the settings in which two nested dicts differ."""
    if isinstance(old, dict) and isinstance(new, dict):
        for key in {**old, **new}:
            yield from _differences(old.get(key), new.get(key), f"{name}.{key}")
    elif old != new:
        yield name
