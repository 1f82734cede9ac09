"""The import of TensorFlow without its start-up messages."""

import contextlib
import os
import sys


def load_tensorflow(begin=None):
    """Import TensorFlow without its start-up messages, which come from C++; TF_CPP_MIN_LOG_LEVEL=0 shows them.

    `begin()` is called before TensorFlow uses a device; its result is returned.
    """
    shown = os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2") == "0"
    with contextlib.nullcontext() if shown else _silent_errors():
        import tensorflow as tf

        result = begin() if begin else None
        tf.config.list_logical_devices()
    return result


@contextlib.contextmanager
def _silent_errors():
    """Drop what is written to the standard error stream within the block."""
    sys.stderr.flush()
    shown, nothing = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    os.dup2(nothing, 2)
    try:
        yield
    finally:
        os.dup2(shown, 2)
        os.close(shown)
        os.close(nothing)
