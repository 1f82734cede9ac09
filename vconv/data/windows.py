"""WINDOWS: stretches of recordings, numbered through from the first of the first recording to the last of the last.

Those of an epoch are a function of (seed, epoch), so that a resumed training sees what any other does.
"""

import itertools

import numpy as np
import tensorflow as tf


class Windows:
    """What all sources of random stretches share; a subclass defines `read(places)` and `signature(rows)`.

    `read` returns the batch, a tuple of arrays, of places int64 [n]; `signature` tells its `tf.TensorSpec`s.

    Attributes
    ----------
    places : ndarray [recordings], int64
        How many windows begin in each recording.
    ends : ndarray [recordings], int64
        The number that follows its last one.
    """

    def __init__(self, places, seed):
        self.places, self.ends, self.seed = places, np.cumsum(places), seed

    def draw(self, epoch, count):
        """Return the places, int64 [count], of an epoch's windows among all those of the split."""
        return np.random.default_rng((self.seed, epoch)).integers(self.ends[-1], size=count)

    def locate(self, places):
        """Return (recording, where in it) of places int64 [n], two int64 [n]."""
        numbers = np.searchsorted(self.ends, places, side="right")
        return numbers, places - (self.ends - self.places)[numbers]

    def evenly(self, count):
        """Return `count` windows spread evenly over the split, always the same ones, as `read` does."""
        return self.read(np.linspace(0, self.ends[-1] - 1, count).astype(np.int64))

    def sample(self, count, batch_size):
        """Return a tf.data.Dataset of the `count` windows of `evenly`."""
        return tf.data.Dataset.from_tensor_slices(self.evenly(count)).batch(batch_size).cache()

    def epochs(self, first, steps, batch_size):
        """Return an endless tf.data.Dataset of the batches of epoch `first` and those that follow."""

        def batches():
            for epoch in itertools.count(first):
                yield from map(self.read, self.draw(epoch, steps * batch_size).reshape(steps, batch_size))

        return tf.data.Dataset.from_generator(batches, output_signature=self.signature(batch_size)).prefetch(4)
