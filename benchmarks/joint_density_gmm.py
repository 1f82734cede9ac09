"""Spectral conversion by a Gaussian mixture of the joint density of source and target: the parallel baseline.

Kain and Macon 1998, "Spectral voice conversion for text-to-speech synthesis", ICASSP; Toda, Black and Tokuda 2007,
"Voice conversion based on maximum-likelihood estimation of spectral parameter trajectory", IEEE TASLP 15(8), here
[TBT]. Sequences are ndarrays [T, D] of static features.
"""

import numpy as np
from scipy.linalg import solveh_banded
from sklearn.mixture import GaussianMixture

REGULARIZATION = 1e-4  # added to the variances
ITERATIONS = 50  # of expectation-maximization, at most


def with_deltas(static):
    """Return static and delta features [T, 2 D]; delta t is (x[t + 1] - x[t - 1]) / 2, with 0 beyond both ends."""
    padded = np.pad(static, ((1, 1), (0, 0)))
    return np.hstack([static, 0.5 * (padded[2:] - padded[:-2])])


class JointDensity:
    """The mixture of [x, Δx, y, Δy], trained on pairs of aligned sequences.

    Parameters
    ----------
    pairs : list of (ndarray [T, D], ndarray [T, D])
        Source and target, aligned frame by frame, with their deltas: D is twice the number of static features.
    mixtures : int
    seed : int
    """

    def __init__(self, pairs, mixtures, seed=0):
        joint = np.concatenate([np.hstack(pair) for pair in pairs])
        found = GaussianMixture(mixtures, reg_covar=REGULARIZATION, max_iter=ITERATIONS, random_state=seed).fit(joint)
        size = joint.shape[1] // 2
        of_x, of_y = slice(0, size), slice(size, None)
        self._of_source = GaussianMixture(mixtures)
        self._of_source.weights_, self._of_source.means_ = found.weights_, found.means_[:, of_x]
        self._of_source.covariances_ = found.covariances_[:, of_x, of_x]
        inverse = np.linalg.inv(self._of_source.covariances_)
        self._of_source.precisions_cholesky_ = np.linalg.cholesky(inverse)
        self._x, self._y = found.means_[:, of_x], found.means_[:, of_y]
        self._slope = found.covariances_[:, of_y, of_x] @ inverse  # [M, D, D]
        rest = found.covariances_[:, of_y, of_y] - self._slope @ found.covariances_[:, of_x, of_y]
        self._variance = np.diagonal(rest, axis1=1, axis2=2)  # [M, D]

    def convert(self, x):
        """Return the likeliest static features [T, D / 2] of the target for the source [T, D] with its deltas.

        The sequence of mixtures is the likeliest one for each frame ([TBT] section III-B-2), and covariances of the
        target given the source are diagonal.
        """
        mixture = self._of_source.predict(x)
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
