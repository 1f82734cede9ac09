"""FRAMES: single frames of all speakers, exactly shuffled, from the memory-mapped feature file.

The order is an endless sequence of passes over the corpus, each a permutation of all frames that depends on
(seed, pass). An epoch is a section of that sequence, so it depends on (seed, epoch) only. Windows of 16,384 frames are
read at once, sorted by their position in the file; this makes reading nearly sequential and does not change the order.
"""

import itertools

import numpy as np

from vconv.data.training_data import TrainingData
from vconv.features.normalizers import SpectrumNormalizer

WINDOW_FRAMES = 16384  # read at once: 34 MB of float32 for 513 bins
VALIDATION_FRAMES = 8192  # for a standard error of 0.1 nats; the whole split would take as long as training
VALIDATION_BATCH = 1024


class ShuffledFrames:
    """Shuffled batches of (frame float32 [batch, bins] in [−1, 1], speaker int32 [batch]) of one split.

    Parameters
    ----------
    store : vconv.features.store.FeatureStore
    statistics : vconv.features.statistics.Statistics
        Its percentiles become −1 and 1.
    split : str
    seed : int
    balance_speakers : bool
        Each speaker contributes as many frames to a pass as the speaker with most frames; frames of others repeat.
    """

    def __init__(self, store, statistics, split, seed, balance_speakers=False):
        self.spectrum = store.spectrum
        self.normalizer = SpectrumNormalizer(statistics.spectrum_low, statistics.spectrum_high)
        self.index, self.speaker = store.frames(split)
        self.seed = seed
        self.groups = [np.arange(len(self.index))]
        if balance_speakers:
            self.groups = [np.flatnonzero(self.speaker == speaker) for speaker in np.unique(self.speaker)]
        self.pass_length = len(self.groups) * max(map(len, self.groups))

    def order(self, start, stop):
        """Return elements `start` to `stop` (exclusive) of the endless sequence: int64 indices into the split."""
        passes = range(start // self.pass_length, -(-stop // self.pass_length))
        sequence = np.concatenate([self._pass(number) for number in passes])
        return sequence[start - passes[0] * self.pass_length :][: stop - start]

    def _pass(self, number):
        """Return one pass: each frame once, in an order that depends on (seed, number)."""
        random = np.random.default_rng((self.seed, number))
        if len(self.groups) == 1:
            return random.permutation(self.groups[0])
        longest = max(map(len, self.groups))
        return random.permutation(
            np.concatenate([np.resize(random.permutation(group), longest) for group in self.groups])
        )

    def read(self, positions):
        """Return (frame float32 [n, bins], speaker int32 [n]) of frames of the split, by their indices [n]."""
        by_index = np.argsort(self.index[positions])
        frames = np.empty((len(positions), self.spectrum.shape[1]), np.float32)
        frames[by_index] = self.normalizer.forward(self.spectrum[self.index[positions[by_index]]])
        return frames, self.speaker[positions]

    def epoch(self, number, steps, batch_size):
        """Yield the `steps` batches of epoch `number`."""
        count = steps * batch_size
        order = self.order(number * count, (number + 1) * count)
        window = max(1, WINDOW_FRAMES // batch_size) * batch_size
        for first in range(0, count, window):
            frames, speakers = self.read(order[first : first + window])
            for start in range(0, len(frames), batch_size):
                yield frames[start : start + batch_size], speakers[start : start + batch_size]

    def epochs(self, first, steps, batch_size):
        """Return an endless tf.data.Dataset of the batches of epoch `first` and all later epochs."""
        from vconv.data.dataset import from_generator

        def batches():
            for number in itertools.count(first):
                yield from self.epoch(number, steps, batch_size)

        example = self.read(np.zeros(batch_size, np.int64))
        return from_generator(batches, example, prefetch=8)

    def sample(self, count, batch_size):
        """Return a tf.data.Dataset of at most `count` frames, evenly spread over the split, always the same."""
        from vconv.data.dataset import from_arrays

        batch_size = min(batch_size, len(self.index))
        batches = max(1, min(count, len(self.index)) // batch_size)
        positions = np.linspace(0, len(self.index) - 1, batches * batch_size).astype(np.int64)
        return from_arrays(self.read(positions), batch_size)


class Data(TrainingData):
    """Single frames of the spectrum with their speakers, for models that convert frame by frame."""

    unit = "frames"

    def __init__(self, store, settings, statistics):
        training = settings["training"]
        self.store, self.statistics, self.settings = store, statistics, settings
        self.training = ShuffledFrames(store, statistics, "training", training["seed"], training["balance_speakers"])
        self.validation = ShuffledFrames(store, statistics, "validation", seed=0)

    @staticmethod
    def sizes(bins, speakers, content_size):
        """Return the numbers of bins and of speakers."""
        return {"bins": bins, "speakers": speakers}

    @classmethod
    def converter(cls, network, statistics, settings, transforms=None, examples=None):
        """Return the `FrameConverter` of a network."""
        from vconv.spectral_conversion.frame_converter import FrameConverter

        return FrameConverter(network, statistics, settings["conversion"], transforms)

    def validation_batches(self):
        """Return the validation batches."""
        return self.validation.sample(VALIDATION_FRAMES, VALIDATION_BATCH)

    def pictures(self, writer, folder):
        """Return the callback that draws a converted validation utterance."""
        from vconv.data.picture_callbacks import FramePictures

        return FramePictures(writer, self)
