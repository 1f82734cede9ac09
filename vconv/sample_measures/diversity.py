"""Precision, recall, density and coverage, by nearest neighbors in feature space."""

from typing import NamedTuple

import numpy as np
from scipy.spatial.distance import cdist

from vconv.common.errors import VconvError

CHUNK = 512  # rows of the distance matrix in memory at a time


class Diversity(NamedTuple):
    """The contribution of each sample; a measure is the mean over the samples.

    The ball of a sample reaches to its k-th nearest neighbor within its own set.

    Attributes
    ----------
    precision : ndarray [generated], float64
        1 if the generated sample lies in the ball of a real sample: it looks real.
    recall : ndarray [real]
        1 if the real sample lies in the ball of a generated sample: the generator can produce it.
    density : ndarray [generated]
        Number of balls of real samples that contain the generated sample, divided by k. The mean is 1 for equal
        distributions and may exceed 1. A real outlier, whose ball is large, has less influence than on precision.
    coverage : ndarray [real]
        1 if the ball of the real sample contains a generated sample.
    """

    precision: np.ndarray
    recall: np.ndarray
    density: np.ndarray
    coverage: np.ndarray


def diversity(real, generated, k=5):
    """Compute precision, recall, density and coverage of a generated set.

    Kynkäänniemi et al. 2019, "Improved precision and recall metric for assessing generative models", arXiv 1904.06991,
    equations 1 and 2; Naeem et al. 2020, "Reliable fidelity and diversity metrics for generative models", arXiv
    2002.09797, equations 3 and 4, whose k = 5 is used for all four. Balls are closed.

    Parameters
    ----------
    real, generated : ndarray [n, d], [m, d]
        Features.
    k : int
        Number of neighbors, below n and m.

    Returns
    -------
    diversity : Diversity

    Raises
    ------
    VconvError
        A set has k samples or fewer.
    """
    real, generated = np.asarray(real, np.float64), np.asarray(generated, np.float64)
    if min(len(real), len(generated)) <= k:
        raise VconvError(
            f"neighborhoods of {k} need more than {k} samples in each set, found {len(real)} real and "
            f"{len(generated)} generated samples; give more samples"
        )
    radius_real, radius_generated = neighbor_distances(real, k), neighbor_distances(generated, k)
    found = Diversity(np.zeros(len(generated)), np.zeros(len(real)), np.zeros(len(generated)), np.zeros(len(real)))
    for first in range(0, len(real), CHUNK):
        rows = slice(first, first + CHUNK)
        distances = cdist(real[rows], generated)
        in_ball_of_real = distances <= radius_real[rows, None]
        found.density[:] += in_ball_of_real.sum(axis=0)
        found.coverage[rows] = in_ball_of_real.any(axis=1)
        found.recall[rows] = (distances <= radius_generated).any(axis=1)
    found.precision[:] = found.density > 0
    found.density[:] /= k
    return found


def neighbor_distances(samples, k):
    """Return the Euclidean distance [n] of each sample of [n, d] to its k-th nearest neighbor."""
    rows = (cdist(samples[first : first + CHUNK], samples) for first in range(0, len(samples), CHUNK))
    return np.concatenate([np.partition(row, k, axis=1)[:, k] for row in rows])  # the 0-th is the sample itself


def expected_coverage(real, generated, k=5):
    """Return the expected coverage of two samples of the same distribution. It does not depend on the distribution.

    1 − (n−1)…(n−k) / ((n+m−1)…(n+m−k)) for n real and m generated samples (Naeem et al. 2020, section 3.3).
    """
    steps = np.arange(1, k + 1)
    return float(1 - np.prod((real - steps) / (real + generated - steps)))
