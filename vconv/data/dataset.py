"""NumPy batches as `tf.data` datasets; the one module of this room that imports TensorFlow for the batches."""

import tensorflow as tf


def from_generator(batches, example, prefetch):
    """Return a tf.data.Dataset of what `batches()` yields.

    Parameters
    ----------
    batches : callable
        Returns an iterator of batches, nested tuples of arrays.
    example : nested tuple of ndarray
        A batch; all have its shapes and types.
    prefetch : int
        How many batches are made ahead.
    """
    signature = tf.nest.map_structure(lambda array: tf.TensorSpec(array.shape, array.dtype), example)
    return tf.data.Dataset.from_generator(batches, output_signature=signature).prefetch(prefetch)


def from_arrays(arrays, rows, drop_remainder=False):
    """Return a tf.data.Dataset of nested tuples of arrays [n, ...] in batches of `rows`, kept in memory."""
    return tf.data.Dataset.from_tensor_slices(arrays).batch(rows, drop_remainder=drop_remainder).cache()
