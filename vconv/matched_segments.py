"""MATCHED SEGMENTS: stretches of recordings with the frames that were matched to them in each speaker's voice."""

import numpy as np
import tensorflow as tf

from vconv.features.cepstra import CONTENT_ORDER, CONTENT_SIZE, FRAME_STEP, active, content, mel_cepstra
from vconv.features.statistics import CepstrumNormalizer
from vconv.windows import Windows


class MatchedSegments(Windows):
    """Batches of ((content, target), matched, spoken) of one split.

    - content, float32 [batch, T, 27], of a stretch of a recording, every second frame; zeros after its end
    - target, int32 [batch]: any of the speakers, the one who speaks too
    - matched, float32 [batch, T, 24], mel-cepstra in that voice as `CepstrumNormalizer` scales them
    - spoken, float32 [batch, T]: 1, and 0 in pauses and after the end

    What was read of an utterance stays in memory, 108 bytes for each 10 ms.

    Parameters
    ----------
    store : vconv.features.store.FeatureStore
    pairs : vconv.alignment.pairs.Pairs
        Made of that store.
    statistics : vconv.features.statistics.Statistics
    split : {"training", "validation"}
    length : int
        T, in rows of the pairs.
    seed : int

    Raises
    ------
    VconvError
        The features have no such split.
    """

    def __init__(self, store, pairs, statistics, split, length, seed=0):
        self.store, self.matched, self.statistics, self.length = store, pairs.matched, statistics, length
        self.normalizer = CepstrumNormalizer(statistics)
        self.utterances = store.split(split)
        self.rows = [row for row in pairs.utterances if row.split == split]
        lengths = np.array([row.length for row in self.rows])
        super().__init__(len(store.speakers) * (np.maximum(lengths - length, 0) + 1), seed)
        self._heard = {}

    def read(self, places):
        """Return the batch of places int64 [n]; all places of one target in an utterance stand together."""
        numbers, inside = self.locate(places)
        targets, firsts = np.divmod(inside, self.places[numbers] // len(self.store.speakers))
        contents, matched, spoken = zip(*map(self.segment, numbers, targets, firsts), strict=True)
        return (np.stack(contents), targets.astype(np.int32)), np.stack(matched), np.stack(spoken)

    def segment(self, number, target, first):
        """Return (content, matched, spoken) of the segment of an utterance from a row on, in the voice of `target`."""
        heard, spoken = self._hear(number)
        row, there = self.rows[number], slice(first, first + self.length)
        rows = self.matched[target, row.start : row.start + row.length][there].astype(np.float64)
        matched = self.normalizer.forward(rows, target)
        return tuple(_padded(part, self.length) for part in (heard[there], matched, spoken[there]))

    def signature(self, rows):
        """Return the shapes and types of a batch."""
        content = tf.TensorSpec((rows, self.length, CONTENT_SIZE), tf.float32)
        matched = tf.TensorSpec((rows, self.length, CONTENT_ORDER), tf.float32)
        return (content, tf.TensorSpec((rows,), tf.int32)), matched, tf.TensorSpec((rows, self.length), tf.float32)

    def _hear(self, number):
        """Return (content, spoken) of all rows of an utterance."""
        if number not in self._heard:
            utterance = self.utterances[number]
            speaker = self.store.speakers.index(utterance.speaker)
            mean, deviation = self.statistics.cepstrum_mean[speaker], self.statistics.cepstrum_deviation[speaker]
            frames = self.store.read(utterance)
            cepstra = mel_cepstra(frames.spectrum, frames.energy, self.store.settings["sample_rate"])
            every = slice(None, None, FRAME_STEP)
            self._heard[number] = (content(cepstra, frames, mean, deviation)[every],
                                   active(frames.energy)[every].astype(np.float32))
        return self._heard[number]


def _padded(rows, length):
    """Return `rows` [n, ...] with zeros after them, [length, ...]."""
    return np.pad(rows, [(0, length - len(rows)), *[(0, 0)] * (rows.ndim - 1)])
