"""CONTENT: features of a frame that tell what is said and little of who says it; one module for each encoder.

A module `name.py` in this folder offers a class `Content`, a `ContentEncoder`. The key `content_encoder` of a
corpus.yaml names it; there is no list of the modules.
"""

from importlib import import_module
from pkgutil import iter_modules

from vconv.common.config import one_of

DEFAULT = "mel_cepstrum"


def names():
    """Return the names of all content encoders, sorted."""
    return sorted(module.name for module in iter_modules(__path__) if module.name != "interface")


def encoder(name):
    """Return the `ContentEncoder` of a name.

    Raises
    ------
    VconvError
        There is no such encoder.
    """
    return import_module(f"{__name__}.{one_of(name, names(), 'content_encoder')}").Content()


def encoder_of(settings):
    """Return the `ContentEncoder` that a feature file or a run was made with, by the feature file's settings.

    Raises
    ------
    VconvError
        This version of vconv has no such encoder, or another version of it.
    """
    identity = settings["content_encoder"]
    found = encoder(identity["name"])
    found.check_version(identity["version"])
    return found
