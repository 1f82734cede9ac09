"""vconv: non-parallel voice conversion. `vconv.VoiceConverter` converts, the `vconv` command does the rest."""

from vconv.common.errors import VconvError
from vconv.common.version import __version__

__all__ = ["VconvError", "VoiceConverter", "__version__"]


def __getattr__(name):
    """Import the converter, and with it TensorFlow, on first use."""
    if name == "VoiceConverter":
        from vconv.conversion.converter import VoiceConverter

        return VoiceConverter
    raise AttributeError(f"module 'vconv' has no attribute {name!r}")
