"""MODELS: one is a file here, `name.py`, and its commented settings beside it, `name.yaml`; no list names them.

`name.py` offers `build(bins, speakers, settings)`, which returns a compiled `keras.Model` with an attribute `networks`,
and may offer `upsampling(settings)`, which describes its transposed convolutions.
"""
from importlib import import_module
from importlib.resources import files

from vconv import config
from vconv.errors import VconvError


def names():
    """Return the names of all models, sorted."""
    return sorted(entry.name[: -len(".yaml")] for entry in files(__name__).iterdir() if entry.name.endswith(".yaml"))


def settings(name, changes=None):
    """Return the complete settings of the model `name`: its YAML with `changes` applied.

    A YAML file may say `extends: other`: it then holds only what it adds to the other model's settings or changes.

    Raises
    ------
    VconvError
        No such model, an unknown key, an ill-typed value or an impossible size; the message says what is allowed.
    """
    config.one_of(name, names(), "model")
    complete = config.merge(_defaults(name), changes or {}, name)
    config.check_sizes(complete.get("network", {}), f"{name}: network")
    return complete


def build(name, bins, speakers, settings):
    """Build the model `name` for frames of `bins` values and a number of `speakers`, compiled for training."""
    return import_module(f"{__name__}.{name}").build(bins, speakers, settings)


def upsampling(name, settings):
    """Return (start sizes, list of `vconv.upsampling.Upsampling`) of the model `name`, with its complete `settings`.

    Raises
    ------
    VconvError
        The model's module offers no `upsampling(settings)`: it has no transposed convolutions, or does not tell.
    """
    module = import_module(f"{__name__}.{name}")
    if not hasattr(module, "upsampling"):
        raise VconvError(f"{name}: lists no transposed convolutions; write its stack to a YAML file and name that")
    return module.upsampling(settings)


def _defaults(name):
    own = config.read_yaml(files(__name__) / f"{name}.yaml")
    base = own.pop("extends", None)
    return _overlaid(_defaults(base), own) if base else own


def _overlaid(base, own):
    """Return `base` with the keys of `own` changed or added, section by section."""
    nested = {key: _overlaid(base[key], own[key]) for key in base.keys() & own.keys() if isinstance(base[key], dict)}
    return base | own | nested
