"""Correction of predictions for a speaker that the network was not trained with, by recorded examples.

The network predicts a voice between that speaker and those it knows. The recordings of the speaker show how it errs:
each of their frames has a prediction and the features that were recorded. A corrected frame is a weighted mean of two:

- the prediction, moved by the affine map that takes mean and covariance of the predictions to those of the recorded
  features (optimal transport between normal distributions). It keeps what is said.
- recorded frames whose predictions are alike. Baas, van Niekerk and Kamper 2023, "Voice conversion with just nearest
  neighbors", Interspeech, retrieve frames by self-supervised features; here predictions of the same network take their
  place, because they depend little on the source.
"""

from typing import NamedTuple

import numpy as np

OFFSETS = np.array([-2, 0, 2])  # frames (hop 10 ms) whose predictions are compared
NEIGHBORS = 4  # recorded frames in a mean
SHARE = 0.2  # of the retrieved frames; more is closer to the speaker, and costs words (docs/adapt.md)
PRIOR = 0.1  # variance of each normalized feature that is added to both covariances; draws the map to the identity
CHUNK_FRAMES = 256  # predicted frames that are compared at once; bounds the memory


class Examples(NamedTuple):
    """Recorded speech frames (hop 10 ms) of speakers, n in all. Features are normalized (`AcousticNormalizer`).

    Attributes
    ----------
    predicted : ndarray [n, 3, 40], float16
        What the network predicts for each frame and for those at `OFFSETS`.
    recorded : ndarray [n, 40], float16
        Acoustic features of each frame.
    speaker : ndarray [n], int32
        Number of the speaker of each frame.
    """

    predicted: np.ndarray
    recorded: np.ndarray
    speaker: np.ndarray

    def chosen(self, frames):
        """Return the examples of the frames that an index or mask chooses."""
        return Examples(*(array[frames] for array in self))


def around(predicted):
    """Return the predictions [T, 3, 40] at `OFFSETS` from each of [T, 40]; the first and the last one are repeated."""
    frames = np.arange(len(predicted))[:, None] + OFFSETS
    return predicted[np.clip(frames, 0, len(predicted) - 1)]


def transport(predicted, recorded):
    """Return the affine map, matrix [40, 40] and offset [40], float32, from one distribution to another.

    x · matrix + offset has mean and covariance of `recorded` [n, 40] where x has those of `predicted` [n, 40], but for
    `PRIOR`. Of all such maps it changes the features least (Olkin and Pukelsheim 1982, "The distance between two random
    vectors with given dispersion matrices", Linear Algebra and its Applications 48).
    """
    means, covariances = zip(*map(_moments, (predicted, recorded)), strict=True)
    root, inverse = _power(covariances[0], 0.5), _power(covariances[0], -0.5)
    matrix = inverse @ _power(root @ covariances[1] @ root, 0.5) @ inverse
    return matrix.astype(np.float32), (means[1] - means[0] @ matrix).astype(np.float32)


def _moments(features):
    """Return mean [40] and covariance [40, 40], with the prior, of features [n, 40]."""
    features = features.astype(np.float64)
    return features.mean(axis=0), np.cov(features.T, bias=True) + PRIOR * np.eye(features.shape[1])


def _power(matrix, exponent):
    """Return the power of a symmetric positive definite matrix."""
    values, vectors = np.linalg.eigh(matrix)
    return (vectors * values**exponent) @ vectors.T


class ExampleCorrection:
    """Corrects the predictions for the speakers that have examples.

    Parameters
    ----------
    examples : Examples
    """

    def __init__(self, examples):
        self._of = {int(number): _Speaker(examples, number) for number in np.unique(examples.speaker)}

    def __call__(self, predicted, target):
        """Return normalized acoustic features, float32 [T, 40], for predicted ones and a `Blend` of speakers.

        The prediction keeps the weight of the speakers without examples.
        """
        corrected = predicted
        for number, weight in target.weights:
            if number in self._of:
                corrected = corrected + np.float32(weight) * (self._of[number].corrected(predicted) - predicted)
        return corrected


class _Speaker:
    """The examples of one speaker; those that are nearest to predictions are found by Euclidean distance."""

    def __init__(self, examples, number):
        predicted, recorded, _ = examples.chosen(examples.speaker == number)
        self._keys, self._values = predicted.reshape(len(predicted), -1).astype(np.float32), recorded.astype(np.float32)
        self._half_squares = np.square(self._keys).sum(axis=1) / 2
        self._count = min(NEIGHBORS, len(self._keys))
        self._map, self._offset = transport(predicted[:, len(OFFSETS) // 2], recorded)

    def corrected(self, predicted):
        """Return the corrected features, float32 [T, 40]."""
        moved = predicted @ self._map + self._offset
        return (1 - SHARE) * moved + SHARE * self.nearest(predicted)

    def nearest(self, predicted):
        """Return the mean of the recorded frames that are nearest to each prediction, float32 [T, 40]."""
        queries = around(predicted).reshape(len(predicted), -1)
        chunks = [self._mean(queries[first : first + CHUNK_FRAMES]) for first in range(0, len(queries), CHUNK_FRAMES)]
        return np.concatenate(chunks)

    def _mean(self, queries):
        distances = self._half_squares - queries @ self._keys.T  # half the squares, but for those of the queries
        nearest = np.argpartition(distances, self._count - 1, axis=1)[:, : self._count]
        return self._values[nearest].mean(axis=1)
