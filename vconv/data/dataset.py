"""NumPy batches as `tf.data` datasets; batches are computed without TensorFlow elsewhere."""

import tensorflow as tf

from vconv.data import memory


def from_generator(batches, example, prefetch):
    """Return a tf.data.Dataset of the batches that a generator yields.

    Parameters
    ----------
    batches : callable
        Returns an iterator of batches, nested tuples of arrays.
    example : nested tuple of ndarray
        A batch; all batches have its shapes and types.
    prefetch : int
        Number of batches that are prepared in advance.
    """

    def kept():
        memory.keep_freed_memory()  # here, because TensorFlow has made the dataset when it asks for the first batch
        yield from batches()

    signature = tf.nest.map_structure(lambda array: tf.TensorSpec(array.shape, array.dtype), example)
    return tf.data.Dataset.from_generator(kept, output_signature=signature).prefetch(prefetch)


def from_arrays(arrays, batch_size, drop_remainder=False):
    """Return a tf.data.Dataset of nested tuples of arrays [n, ...] in batches, kept in memory."""
    return tf.data.Dataset.from_tensor_slices(arrays).batch(batch_size, drop_remainder=drop_remainder).cache()
