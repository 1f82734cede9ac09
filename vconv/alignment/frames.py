"""What the alignment knows of a corpus: every second frame of the training and validation utterances, in memory."""

import numpy as np

from vconv.alignment import frame_pairs
from vconv.features.cepstra import ACOUSTIC_SIZE, CONTENT_SIZE, rows_of


class Rows:
    """All rows, as the file of pairs numbers them; who says what in them nobody asks.

    Parameters
    ----------
    store : FeatureStore
    statistics : Statistics
        Of the same store.

    Attributes
    ----------
    utterances : list of AlignedUtterance
    speakers : int
        How many there are.
    speaker : ndarray [n], int64
    training, active : ndarray [n], bool
        Rows of training utterances; rows that are no pause.
    first, last : ndarray [n], int64
        The first and last row of the same utterance.
    said : ndarray [n, 40], float32
        Power and mel-cepstra 1 to 39, as `vconv.features.cepstra.said` describes a frame.
    content : ndarray [n, 27], float32
        As `vconv.features.cepstra.content` describes a frame.
    """

    def __init__(self, store, statistics):
        store.require("frames")
        self.utterances, self.speakers = frame_pairs.table(store), len(store.speakers)
        lengths = [row.length for row in self.utterances]
        self.first = np.repeat([row.start for row in self.utterances], lengths)
        self.last = np.repeat([row.start + row.length - 1 for row in self.utterances], lengths)
        self.speaker = np.repeat([store.speakers.index(row.speaker) for row in self.utterances], lengths)
        self.training = np.repeat([row.split == "training" for row in self.utterances], lengths)
        self.active = np.empty(len(self.first), bool)
        self.said = np.empty((len(self.first), ACOUSTIC_SIZE), np.float32)
        self.content = np.empty((len(self.first), CONTENT_SIZE), np.float32)
        stored = (row for row in store.utterances if row.split in frame_pairs.SPLITS)
        for utterance, found in zip(self.utterances, stored, strict=True):
            place = slice(utterance.start, utterance.start + utterance.length)
            speaker = store.speakers.index(utterance.speaker)
            self.said[place], self.content[place], self.active[place] = rows_of(
                store.read(found),
                statistics.cepstrum_mean[speaker],
                statistics.cepstrum_std[speaker],
                store.settings["sample_rate"],
            )

    def around(self, chosen, offsets):
        """Return the numbers [len(chosen), len(offsets)] of the rows so far from those `chosen`, in their utterances.

        Before an utterance's first row there is its first, after its last its last.
        """
        return np.clip(chosen[:, None] + np.asarray(offsets), self.first[chosen, None], self.last[chosen, None])
