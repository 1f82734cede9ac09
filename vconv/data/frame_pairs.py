"""MATCHED SEGMENTS: stretches of recordings with the frames that were matched to them in each speaker's voice."""

import numpy as np
import tensorflow as tf

from vconv.data.windows import Windows
from vconv.features.cepstra import ACOUSTIC_SIZE, CONTENT_SIZE, rows_of
from vconv.features.normalizers import CepstrumNormalizer


class FramePairSegments(Windows):
    """Batches of ((content, target), matched, weight) of one split.

    - content, float32 [batch, T, 27], of a stretch of a recording, every second frame; zeros after its end
    - target, int32 [batch]: any of the speakers, the one who speaks too
    - matched, float32 [batch, T, 40], power and mel-cepstra in that voice as `CepstrumNormalizer` scales them
    - weight, float32 [batch, T]: how many frames were matched; 0 where there is none, and after the end

    What was read of an utterance stays in memory, 108 bytes for each 10 ms.

    Parameters
    ----------
    store : vconv.features.store.FeatureStore
    pairs : vconv.alignment.frame_pairs.FramePairs
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
        self.store, self.pairs, self.statistics, self.length = store, pairs, statistics, length
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
        contents, matched, weight = zip(*map(self.segment, numbers, targets, firsts), strict=True)
        return (np.stack(contents), targets.astype(np.int32)), np.stack(matched), np.stack(weight)

    def segment(self, number, target, first):
        """Return (content, matched, weight) of the segment of an utterance from a row on, in the voice of `target`."""
        row = self.rows[number]
        heard = self._hear(number)[first : first + self.length]
        there = slice(row.start + first, row.start + first + len(heard))
        matched = self.normalizer.forward(self.pairs.matched[target, there].astype(np.float64), target)
        weight = self.pairs.weight[target, there].astype(np.float32)
        return tuple(_padded(part, self.length) for part in (heard, matched, weight))

    def signature(self, rows):
        """Return the shapes and types of a batch."""
        content = tf.TensorSpec((rows, self.length, CONTENT_SIZE), tf.float32)
        matched = tf.TensorSpec((rows, self.length, ACOUSTIC_SIZE), tf.float32)
        return (content, tf.TensorSpec((rows,), tf.int32)), matched, tf.TensorSpec((rows, self.length), tf.float32)

    def _hear(self, number):
        """Return the content [n, 27] of all rows of an utterance."""
        if number not in self._heard:
            utterance = self.utterances[number]
            speaker = self.store.speakers.index(utterance.speaker)
            mean, deviation = self.statistics.cepstrum_mean[speaker], self.statistics.cepstrum_std[speaker]
            rate = self.store.settings["sample_rate"]
            self._heard[number] = rows_of(self.store.read(utterance), mean, deviation, rate)[1]
        return self._heard[number]


def _padded(rows, length):
    """Return `rows` [n, ...] with zeros after them, [length, ...]."""
    return np.pad(rows, [(0, length - len(rows)), *[(0, 0)] * (rows.ndim - 1)])
