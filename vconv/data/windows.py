"""Windows of recordings of one length, numbered from the first of the first recording to the last of the last.

The windows of an epoch are a function of (seed, epoch), so that a resumed training sees the same ones.
"""

import itertools

import numpy as np


class Windows:
    """Random windows of a split; a subclass defines `read(numbers)`, the batch of windows int64 [n] as nested arrays.

    Attributes
    ----------
    counts : ndarray [recordings], int64
        How many windows begin in each recording.
    ends : ndarray [recordings], int64
        The number that follows its last one.
    """

    def __init__(self, counts, seed):
        self.counts, self.ends, self.seed = counts, np.cumsum(counts), seed

    def draw(self, epoch, count):
        """Return the numbers, int64 [count], of an epoch's windows among all those of the split."""
        return np.random.default_rng((self.seed, epoch)).integers(self.ends[-1], size=count)

    def locate(self, numbers):
        """Return (recording, position in it) of windows int64 [n], two int64 [n]."""
        recordings = np.searchsorted(self.ends, numbers, side="right")
        return recordings, numbers - (self.ends - self.counts)[recordings]

    def evenly(self, count):
        """Return `count` windows spread evenly over the split, always the same ones, as `read` does."""
        return self.read(np.linspace(0, self.ends[-1] - 1, count).astype(np.int64))

    def sample(self, count, batch_size):
        """Return a tf.data.Dataset of the `count` windows of `evenly`."""
        from vconv.data.dataset import from_arrays

        return from_arrays(self.evenly(count), batch_size)

    def epochs(self, first, steps, batch_size):
        """Return an endless tf.data.Dataset of the batches of epoch `first` and those that follow."""
        from vconv.data.dataset import from_generator

        def batches():
            for epoch in itertools.count(first):
                yield from map(self.read, self.draw(epoch, steps * batch_size).reshape(steps, batch_size))

        return from_generator(batches, self.read(np.zeros(batch_size, np.int64)), prefetch=4)
