"""MODELS: the networks and their losses; each model is a module `name.py` and its commented settings, `name.yaml`.

`name.yaml` names the kind of training data (`training_data`). `name.py` defines `build(settings, …)`, which also takes
the sizes of those data and returns a compiled `keras.Model` with an attribute `networks`. It may define `check`, with
the arguments of `build`, which refuses settings before a run is begun, and `upsampling(settings)`, which describes its
transposed convolutions. No list names the models. A model gets sizes, settings and tensors; it does not read files,
features or training data.
"""

from importlib import import_module
from importlib.resources import files

from vconv.common import config
from vconv.common.errors import VconvError


def names():
    """Return the names of all models, sorted."""
    return sorted(entry.name[: -len(".yaml")] for entry in files(__name__).iterdir() if entry.name.endswith(".yaml"))


def settings(name, changes=None):
    """Return the complete settings of the model `name`: its YAML with `changes` applied.

    A YAML file with `extends: other` holds only the settings that differ from those of the other model.

    Parameters
    ----------
    name : str
    changes : dict, optional
        Nested like the YAML.

    Raises
    ------
    VconvError
        There is no such model, or a key is unknown, or a value has another type than the default or is outside its
        limits. The message says what is allowed.
    """
    config.one_of(name, names(), "model")
    complete = template(name).complete(changes or {}, name)
    _check_lists(complete.get("network", {}), f"{name}: network")
    return complete


def with_conversion(name, complete, conversion):
    """Return complete settings of the model `name` with changes of their section `conversion`; errors as of `settings`.

    Parameters
    ----------
    name : str
    complete : dict
        As `settings` returns them.
    conversion : dict or None
        Name of a setting of the section → its new value.
    """
    if not conversion:
        return complete
    return config.merge(complete, {"conversion": conversion}, name, template(name).limits)


def template(name):
    """Return the `config.Template` of the model `name`, which includes that of the model it extends."""
    written = config.read_template(files(__name__) / f"{name}.yaml")
    written.defaults.pop("training_data", None)
    base = written.defaults.pop("extends", None)
    return template(base).extended(written) if base else written


def training_data(name):
    """Return the kind of training data of the model `name`, from its YAML or that of the model it extends."""
    written = config.read_yaml(files(__name__) / f"{name}.yaml")
    return written["training_data"] if "training_data" in written else training_data(written["extends"])


def build(name, settings, **sizes):
    """Build the model `name`, compiled for training.

    Parameters
    ----------
    name : str
    settings : dict
        Complete, as `settings` returns them.
    **sizes : int
        Those of the model's kind of training data, `vconv.data.training_data.TrainingData.sizes`.

    Raises
    ------
    VconvError
        Keras has other settings than networks need, as in `layers.keras_settings.check`.
    """
    from vconv.layers import keras_settings  # imports Keras

    keras_settings.check()
    return import_module(f"{__name__}.{name}").build(settings=settings, **sizes)


def check(name, settings, **sizes):
    """Check what a training needs beyond the settings themselves: that they fit together, and fit the data.

    Parameters are those of `build`. The model's module may define `check`, which takes the same.

    Raises
    ------
    VconvError
        Two settings contradict each other, or one contradicts the number of speakers.
    """
    module = import_module(f"{__name__}.{name}")
    if hasattr(module, "check"):
        module.check(settings=settings, **sizes)


def check_replicas(name, settings, replicas):
    """Check that so many replicas can train the model `name` as one device does.

    The model's module says by `ON_REPLICAS`, {"section.key": value}, which settings a step of several replicas needs.
    A model without it trains on one device.

    Raises
    ------
    VconvError
        The model trains on one device, or a setting has another value, or the replicas cannot divide the batch.
    """
    module = import_module(f"{__name__}.{name}")
    if not hasattr(module, "ON_REPLICAS"):
        able = [other for other in names() if hasattr(import_module(f"{__name__}.{other}"), "ON_REPLICAS")]
        raise VconvError(f"{name}: trains on one device; leave out --strategy, which {', '.join(able)} can use")
    for key, needed in module.ON_REPLICAS.items():
        section, _, setting = key.partition(".")
        if settings[section][setting] != needed:
            raise VconvError(
                f"{name}: {key} is {settings[section][setting]}, and several replicas need {needed}; "
                f"give --set {key}={str(needed).lower()}, or leave out --strategy"
            )
    size = settings["training"]["batch_size"]
    if size % replicas:
        raise VconvError(
            f"{name}: training.batch_size is {size}, which {replicas} replicas cannot divide; "
            f"give a multiple of {replicas}, such as --set training.batch_size={-(-size // replicas) * replicas}"
        )


def upsampling(name, settings):
    """Return (start sizes, list of `layers.upsampling.Upsampling`) of the model `name` with complete `settings`.

    Raises
    ------
    VconvError
        The model's module does not define `upsampling(settings)`.
    """
    module = import_module(f"{__name__}.{name}")
    if not hasattr(module, "upsampling"):
        raise VconvError(f"{name}: lists no transposed convolutions; write them to a YAML file and give that file")
    return module.upsampling(settings)


def _check_lists(network, where):
    """Raise a VconvError unless each list `x_channels` is as long as `x_kernels`, with one entry for each layer."""
    for key, value in network.items():
        kernels = key.replace("_channels", "_kernels")
        if isinstance(value, list) and len(network.get(kernels, value)) != len(value):
            raise VconvError(
                f"{where}: {key} has {len(value)} entries and {kernels} has {len(network[kernels])}; "
                "give one of each for each layer"
            )
