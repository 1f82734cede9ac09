"""vconv: a toolkit for non-parallel voice conversion.

`VoiceConverter` converts recordings, `StreamingConverter` signals that come in parts; `vconv` is the command.
"""

from vconv.common import environment
from vconv.common.errors import VconvError
from vconv.common.version import __version__

__all__ = ["StreamingConverter", "VconvError", "VoiceConverter", "__version__"]

environment.prepare()


def __getattr__(name):
    """Import the converter, and with it NumPy and all that converting needs, on first use."""
    if name == "VoiceConverter":
        from vconv.conversion.converter import VoiceConverter

        return VoiceConverter
    if name == "StreamingConverter":
        from vconv.streaming.converter import StreamingConverter

        return StreamingConverter
    raise AttributeError(f"module 'vconv' has no attribute {name!r}")
