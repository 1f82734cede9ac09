"""BATCHES: the frames of all speakers in a truly random order, read straight from the memory-mapped feature file.

The order is an endless sequence of passes over the corpus, each an exact permutation of every frame drawn from
(seed, pass). An epoch is a stretch of that sequence, so any epoch is reproduced from (seed, epoch) alone. Frames are
gathered in windows sorted by their place in the file: the order is as random as ever, the reading nearly sequential.
"""

import numpy as np
import tensorflow as tf

from vconv.features.normalizers import Normalizer

WINDOW_FRAMES = 16384  # read in one go: 34 MB of float32 at 513 bins


class ShuffledFrames:
    """Shuffled batches of (frame float32 [batch, bins] in [−1, 1], speaker int32 [batch]) of one split.

    Parameters
    ----------
    store : vconv.features.store.FeatureStore
    statistics : vconv.features.statistics.Statistics
        Its percentiles set the frames' range.
    split : str
    seed : int
    balance_speakers : bool
        Every speaker gives a pass as many frames as the one with most; the others' repeat.
    """

    def __init__(self, store, statistics, split, seed, balance_speakers=False):
        self.spectrum = store.spectrum
        self.normalizer = Normalizer(statistics.spectrum_low, statistics.spectrum_high)
        self.index, self.speaker = store.frames(split)
        self.seed = seed
        self.groups = [np.arange(len(self.index))]
        if balance_speakers:
            self.groups = [np.flatnonzero(self.speaker == speaker) for speaker in np.unique(self.speaker)]
        self.pass_length = len(self.groups) * max(map(len, self.groups))

    def order(self, start, stop):
        """Return the positions `start` to `stop` (exclusive) of the endless sequence: int64 indices into the split."""
        passes = range(start // self.pass_length, -(-stop // self.pass_length))
        sequence = np.concatenate([self._pass(number) for number in passes])
        return sequence[start - passes[0] * self.pass_length :][: stop - start]

    def _pass(self, number):
        """Return one pass: every frame once, in the order drawn from (seed, number)."""
        random = np.random.default_rng((self.seed, number))
        if len(self.groups) == 1:
            return random.permutation(self.groups[0])
        longest = max(map(len, self.groups))
        return random.permutation(
            np.concatenate([np.resize(random.permutation(group), longest) for group in self.groups])
        )

    def read(self, positions):
        """Return (frame float32 [n, bins], speaker int32 [n]) of positions within the split."""
        by_place = np.argsort(self.index[positions])
        frames = np.empty((len(positions), self.spectrum.shape[1]), np.float32)
        frames[by_place] = self.normalizer.forward(self.spectrum[self.index[positions[by_place]]])
        return frames, self.speaker[positions]

    def epoch(self, number, steps, batch_size):
        """Yield the `steps` batches of epoch `number`."""
        count = steps * batch_size
        order = self.order(number * count, (number + 1) * count)
        window = max(1, WINDOW_FRAMES // batch_size) * batch_size
        for begin in range(0, count, window):
            frames, speakers = self.read(order[begin : begin + window])
            for row in range(0, len(frames), batch_size):
                yield frames[row : row + batch_size], speakers[row : row + batch_size]

    def epochs(self, first, steps, batch_size):
        """Return an endless tf.data.Dataset of the batches of epoch `first` and those that follow."""

        def batches():
            number = first
            while True:
                yield from self.epoch(number, steps, batch_size)
                number += 1

        return _dataset(batches, batch_size, self.spectrum.shape[1]).prefetch(8)

    def sample(self, count, batch_size):
        """Return a tf.data.Dataset of at most `count` frames spread evenly over the split, always the same ones."""
        batch_size = min(batch_size, len(self.index))
        batches = max(1, min(count, len(self.index)) // batch_size)
        positions = np.linspace(0, len(self.index) - 1, batches * batch_size).astype(np.int64)
        return tf.data.Dataset.from_tensor_slices(self.read(positions)).batch(batch_size).cache()


def _dataset(batches, rows, bins):
    frames = tf.TensorSpec((rows, bins), tf.float32), tf.TensorSpec((rows,), tf.int32)
    return tf.data.Dataset.from_generator(batches, output_signature=frames)
