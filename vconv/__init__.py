"""vconv: non-parallel voice conversion. `vconv.VoiceConverter` converts, the `vconv` command does the rest."""

from vconv.errors import VconvError
from vconv.version import __version__

__all__ = ["VconvError", "VoiceConverter", "__version__"]


def __getattr__(name):
    """Import the converter, and with it TensorFlow, on first use."""
    if name == "VoiceConverter":
        from vconv.conversion import VoiceConverter

        return VoiceConverter
    raise AttributeError(f"module 'vconv' has no attribute {name!r}")
