"""CONTENT: features of a frame that tell what is said and little of who says it; one module for each encoder.

A module `name.py` in this folder defines a class `Content`, derived from `ContentEncoder`. The key `content_encoder` of
corpus.yaml selects the module. No list names the modules.
"""

from importlib import import_module
from pkgutil import iter_modules

from vconv.common.config import one_of

DEFAULT = "mel_cepstrum"


def names():
    """Return the names of all content encoders, sorted."""
    return sorted(module.name for module in iter_modules(__path__) if module.name != "interface")


def encoder(name):
    """Return the `ContentEncoder` with a name.

    Raises
    ------
    VconvError
        There is no such encoder.
    """
    return import_module(f"{__name__}.{one_of(name, names(), 'content_encoder')}").Content()


def encoder_of(settings):
    """Return the `ContentEncoder` that the settings of a feature file record.

    Raises
    ------
    VconvError
        This version of vconv has no such encoder, or another version of it.
    """
    identity = settings["content_encoder"]
    content_encoder = encoder(identity["name"])
    content_encoder.check_version(identity["version"])
    return content_encoder
