"""The import of TensorFlow without its start-up messages."""

import os
import sys


def load_tensorflow():
    """Import TensorFlow without its start-up messages, which come from C++; TF_CPP_MIN_LOG_LEVEL=0 shows them."""
    if os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2") == "0":
        return
    sys.stderr.flush()
    shown, nothing = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    os.dup2(nothing, 2)
    try:
        import tensorflow as tf

        tf.config.list_logical_devices()
    finally:
        os.dup2(shown, 2)
        os.close(shown)
        os.close(nothing)
