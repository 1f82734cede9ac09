"""The frames of a corpus for the alignment: every second frame of training and validation utterances, in memory."""

import numpy as np

from vconv.alignment import frame_pairs
from vconv.features import content
from vconv.features.acoustic import (
    ACOUSTIC_SIZE,
    FRAME_STEP,
    TRANSFORMED,
    TRANSFORMED_SIZE,
    acoustic_features,
    speech_mask,
)


def encode_utterance(frames, encoder, mean, std):
    """Return the features of every second frame of an utterance, a hop of 10 ms with the usual frame period of 5 ms.

    Parameters
    ----------
    frames : vconv.features.schema.Frames
        All frames of the utterance, because power is relative to the mean over it.
    encoder : vconv.features.content.interface.ContentEncoder
    mean, std : ndarray [40]
        Mean and standard deviation of the speaker's acoustic features.

    Returns
    -------
    acoustic : ndarray [n, 40], float64
    coefficients : ndarray [n, 24], float64
        Mel-cepstral coefficients 1 to 24 relative to the speaker's mean and standard deviation.
    content : ndarray [n, C], float32
    speech : ndarray [n], bool
        The speech mask.
    """
    acoustic = acoustic_features(frames)
    coefficients = ((acoustic - mean) / std)[:, TRANSFORMED]
    features = acoustic, coefficients, encoder.encode(acoustic, frames, mean, std), speech_mask(frames.energy)
    return tuple(array[::FRAME_STEP] for array in features)


def read_encoded(store, utterance, statistics, encoder):
    """Return what `encode_utterance` returns of an utterance of a `FeatureStore`, by the statistics of its speaker."""
    speaker = store.speakers.index(utterance.speaker)
    mean, std = statistics.acoustic_mean[speaker], statistics.acoustic_std[speaker]
    return encode_utterance(store.read(utterance), encoder, mean, std)


class AlignmentFrames:
    """The frames of all speakers, in the order of the frame-pair file.

    Parameters
    ----------
    store : FeatureStore
    statistics : Statistics
        Of the same store.

    Attributes
    ----------
    utterances : list of AlignedUtterance
    speakers : int
        Number of speakers.
    encoder : ContentEncoder
        That of the features.
    speaker : ndarray [n], int64
        Number of the speaker of each frame.
    training, speech : ndarray [n], bool
        Whether a frame is of a training utterance; the speech mask.
    first, last : ndarray [n], int64
        First and last frame of the utterance of each frame.
    acoustic : ndarray [n, 40], float32
    coefficients : ndarray [n, 24], float32
    content : ndarray [n, C], float32
        As of `encode_utterance`.
    """

    def __init__(self, store, statistics):
        store.require("frames")
        self.utterances, self.speakers = frame_pairs.table(store), len(store.speakers)
        self.encoder = content.encoder_of(store.settings)
        lengths = [row.length for row in self.utterances]
        self.first = np.repeat([row.start for row in self.utterances], lengths)
        self.last = np.repeat([row.start + row.length - 1 for row in self.utterances], lengths)
        self.speaker = np.repeat([store.speakers.index(row.speaker) for row in self.utterances], lengths)
        self.training = np.repeat([row.split == "training" for row in self.utterances], lengths)
        self.speech = np.empty(len(self.first), bool)
        self.acoustic = np.empty((len(self.first), ACOUSTIC_SIZE), np.float32)
        self.coefficients = np.empty((len(self.first), TRANSFORMED_SIZE), np.float32)
        self.content = np.empty((len(self.first), self.encoder.size), np.float32)
        stored = (row for row in store.utterances if row.split in frame_pairs.SPLITS)
        arrays = (self.acoustic, self.coefficients, self.content, self.speech)
        for aligned, utterance in zip(self.utterances, stored, strict=True):
            inside = slice(aligned.start, aligned.start + aligned.length)
            encoded = read_encoded(store, utterance, statistics, self.encoder)
            for array, values in zip(arrays, encoded, strict=True):
                array[inside] = values

    def around(self, chosen, offsets):
        """Return the numbers [len(chosen), len(offsets)] of the frames at `offsets` from the frames `chosen`.

        At the ends of an utterance its first or last frame is repeated.
        """
        return np.clip(chosen[:, None] + np.asarray(offsets), self.first[chosen, None], self.last[chosen, None])
