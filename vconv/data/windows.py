"""Random windows of equal length in the recordings of a split.

Windows are numbered over all recordings. The windows of an epoch depend on (seed, epoch) only, so that a resumed
training gets the same ones.
"""

import itertools

import numpy as np


class Windows:
    """Base class of random windows; a subclass defines `read(numbers)`, which returns a batch as nested arrays.

    Attributes
    ----------
    counts : ndarray [recordings], int64
        Number of windows of each recording.
    ends : ndarray [recordings], int64
        One more than the number of the last window of each recording.
    """

    def __init__(self, counts, seed):
        self.counts, self.ends, self.seed = counts, np.cumsum(counts), seed

    def draw(self, epoch, count):
        """Return the numbers, int64 [count], of the windows of an epoch."""
        return np.random.default_rng((self.seed, epoch)).integers(self.ends[-1], size=count)

    def locate(self, numbers):
        """Return the recording, int64 [n], and the position within it, int64 [n], of windows int64 [n]."""
        recordings = np.searchsorted(self.ends, numbers, side="right")
        return recordings, numbers - (self.ends - self.counts)[recordings]

    def evenly(self, count):
        """Return `count` windows, evenly spread over the split and always the same, in the form of `read`."""
        return self.read(np.linspace(0, self.ends[-1] - 1, count).astype(np.int64))

    def sample(self, count, batch_size):
        """Return a tf.data.Dataset of the `count` windows of `evenly`."""
        from vconv.data.dataset import from_arrays

        return from_arrays(self.evenly(count), batch_size)

    def epochs(self, first, steps, batch_size):
        """Return an endless tf.data.Dataset of the batches of epoch `first` and all later epochs."""
        from vconv.data.dataset import from_generator

        def batches():
            for epoch in itertools.count(first):
                yield from map(self.read, self.draw(epoch, steps * batch_size).reshape(steps, batch_size))

        return from_generator(batches, self.read(np.zeros(batch_size, np.int64)), prefetch=4)
