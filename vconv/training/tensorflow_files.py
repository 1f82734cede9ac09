"""Errors of TensorFlow's own writing of files, which are no OSError."""

import contextlib

import tensorflow as tf

from vconv.common import files
from vconv.common.errors import VconvError


@contextlib.contextmanager
def writing(path):
    """Turn an error of the block, in which TensorFlow does nothing but write `path`, into a VconvError."""
    with files.writing(path):
        try:
            yield
        except tf.errors.OpError as error:
            full = isinstance(error, tf.errors.ResourceExhaustedError)
            reason = str(error.message).splitlines()[0]
            raise VconvError(f"{path}: cannot be written ({reason}); {files.ROOM if full else files.REMEDY}") from error
