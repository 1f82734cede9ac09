"""Spectral conversion by a Gaussian mixture of the joint density of source and target: the parallel baseline.

Kain and Macon 1998, "Spectral voice conversion for text-to-speech synthesis", ICASSP; Toda, Black and Tokuda 2007,
"Voice conversion based on maximum-likelihood estimation of spectral parameter trajectory", IEEE TASLP 15(8), here
[TBT]. Sequences are ndarrays [T, D] of static features.
"""

from typing import NamedTuple

import numpy as np
from scipy.linalg import solveh_banded
from sklearn.cluster import KMeans

REGULARIZATION = 1e-4  # added to the variances
ITERATIONS = 50  # of expectation-maximization, at most
TOLERANCE = 1e-2  # gain of an iteration, in nats a frame, below which it ends
LEAST = 1e-4  # responsibility; what is less counts as 0, which is most: in many dimensions mixtures hardly overlap
FIRST_STEP = 4  # of the frames, the first clusters are those of every fourth


def with_deltas(static):
    """Return static and delta features [T, 2 D]; delta t is (x[t + 1] - x[t - 1]) / 2, with 0 beyond both ends."""
    padded = np.pad(static, ((1, 1), (0, 0)))
    return np.hstack([static, 0.5 * (padded[2:] - padded[:-2])])


class Mixture(NamedTuple):
    """A Gaussian mixture: weights [M], means [M, D], covariances [M, D, D]."""

    weights: np.ndarray
    means: np.ndarray
    covariances: np.ndarray

    @classmethod
    def of(cls, x, responsibilities):
        """Return the likeliest mixture of frames x [T, D] with these responsibilities [T, M]."""
        means, covariances = [], []
        for column in responsibilities.T:
            rows = np.flatnonzero(column)
            share = column[rows] / column[rows].sum()
            means.append(share @ x[rows])
            deviation = (x[rows] - means[-1]) * np.sqrt(share)[:, None]
            covariances.append(deviation.T @ deviation + REGULARIZATION * np.eye(x.shape[1], dtype=x.dtype))
        return cls(responsibilities.mean(axis=0), np.stack(means), np.stack(covariances))

    def log_densities(self, x):
        """Return the logarithms of weight · density of frames x [T, D], [T, M]."""
        found = np.empty((len(x), len(self.weights)), x.dtype)
        for number, (weight, mean, covariance) in enumerate(zip(*self, strict=True)):
            root = np.linalg.cholesky(np.linalg.inv(covariance.astype(np.float64)))
            constant = np.log(weight) + np.log(np.diagonal(root)).sum() - 0.5 * len(mean) * np.log(2 * np.pi)
            found[:, number] = constant - 0.5 * np.square((x - mean) @ root.astype(x.dtype)).sum(axis=1)
        return found


def fit(x, mixtures, seed, start=None):
    """Return the `Mixture` of frames x [T, D] by expectation-maximization, and its log-likelihood in nats a frame.

    It begins with the mixture `start`, or with clusters.
    """
    found, best = start, -np.inf
    if found is None:
        centers = KMeans(mixtures, n_init=1, random_state=seed).fit(x[::FIRST_STEP])
        found = Mixture.of(x, np.eye(mixtures, dtype=x.dtype)[centers.predict(x)])
    for _ in range(ITERATIONS):
        log_densities = found.log_densities(x)
        of_frames = np.logaddexp.reduce(log_densities, axis=1)
        responsibilities = np.exp(log_densities - of_frames[:, None])
        responsibilities[responsibilities < LEAST] = 0
        found = Mixture.of(x, responsibilities / responsibilities.sum(axis=1, keepdims=True))
        before, best = best, float(of_frames.mean(dtype=np.float64))
        if best - before < TOLERANCE:
            break
    return found, best


class JointDensity:
    """The mixture of [x, Δx, y, Δy], trained on pairs of aligned sequences.

    Parameters
    ----------
    pairs : list of (ndarray [T, D], ndarray [T, D])
        Source and target, aligned frame by frame, with their deltas: D is twice the number of static features.
    mixtures : int
    seed : int
    start : JointDensity, optional
        Whose mixture the training begins with, of the same sequences in another alignment.

    Attributes
    ----------
    mixture : Mixture
    log_likelihood : float
        Of the pairs, in nats a frame.
    """

    def __init__(self, pairs, mixtures, seed=0, start=None):
        joint = np.concatenate([np.hstack(pair) for pair in pairs], dtype=np.float32)
        self.mixture, self.log_likelihood = fit(joint, mixtures, seed, start and start.mixture)
        size = joint.shape[1] // 2
        of_x, of_y = slice(0, size), slice(size, None)
        weights, means, covariances = (array.astype(np.float64) for array in self.mixture)
        self._of_source = Mixture(weights, means[:, of_x], covariances[:, of_x, of_x])
        inverse = np.linalg.inv(self._of_source.covariances)
        self._x, self._y = means[:, of_x], means[:, of_y]
        self._slope = covariances[:, of_y, of_x] @ inverse  # [M, D, D]
        rest = covariances[:, of_y, of_y] - self._slope @ covariances[:, of_x, of_y]
        self._variance = np.diagonal(rest, axis1=1, axis2=2)  # [M, D]

    def convert(self, x):
        """Return the likeliest static features [T, D / 2] of the target for the source [T, D] with its deltas.

        The sequence of mixtures is the likeliest one for each frame ([TBT] section III-B-2), and covariances of the
        target given the source are diagonal.
        """
        mixture = self._of_source.log_densities(x).argmax(axis=1)
        mean = self._y[mixture] + np.einsum("tij,tj->ti", self._slope[mixture], x - self._x[mixture])
        return generate(mean, self._variance[mixture])


def generate(mean, variance):
    """Return the static features [T, D] whose statics and deltas are likeliest ([TBT] equation 39), D times alone.

    `mean` and `variance` [T, 2 D] are those of the statics and of the deltas.
    """
    size = mean.shape[1] // 2
    static = [
        _trajectory(mean[:, column], variance[:, column], mean[:, size + column], variance[:, size + column])
        for column in range(size)
    ]
    return np.stack(static, axis=1)


def _trajectory(mean, variance, delta, delta_variance):
    """Return the sequence [T] that minimizes Σ (y - mean)² / variance + Σ (Δy - delta)² / delta variance."""
    precision, delta_precision = 1 / variance, 0.25 / delta_variance
    weighted = 0.5 * delta / delta_variance
    right = precision * mean
    right[1:] += weighted[:-1]
    right[:-1] -= weighted[1:]
    banded = np.zeros((3, len(mean)))  # the upper diagonals of W' D⁻¹ W: offsets 2, 1, 0
    banded[2] = precision
    banded[2, 1:] += delta_precision[:-1]
    banded[2, :-1] += delta_precision[1:]
    banded[0, 2:] = -delta_precision[1:-1]
    return solveh_banded(banded, right)


def restore_variance(static, speech, variance):
    """Return static features [T, D] scaled to the variances [D] in speech (Silén et al. 2012, Interspeech).

    `speech` [T], bool, tells the frames of speech.
    """
    mean = static[speech].mean(axis=0)
    return mean + (static - mean) * np.sqrt(variance / static[speech].var(axis=0))
