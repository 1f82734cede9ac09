"""Quality and variety by neighborhoods in the space of features."""

from typing import NamedTuple

import numpy as np
from scipy.spatial.distance import cdist

from vconv.common.errors import VconvError

CHUNK = 512  # rows of a distance matrix at a time


class Diversity(NamedTuple):
    """What each sample contributes; the means are the measures. A ball reaches to the k-th nearest of its own set.

    Attributes
    ----------
    precision : ndarray [generated], float64
        1 where the generated sample lies in the ball of some real one: it looks real.
    recall : ndarray [real]
        1 where the real sample lies in the ball of some generated one: the generator could make it.
    density : ndarray [generated]
        In how many balls of real samples the generated one lies, over k. Its mean is 1 for equal distributions and may
        exceed 1; an outlier among the real ones, whose ball is large, weighs less than in precision.
    coverage : ndarray [real]
        1 where the ball of the real sample holds some generated one.
    """

    precision: np.ndarray
    recall: np.ndarray
    density: np.ndarray
    coverage: np.ndarray


def diversity(real, generated, k=5):
    """Find precision and recall, density and coverage of a generated set.

    Kynkäänniemi et al. 2019, "Improved precision and recall metric for assessing generative models", arXiv 1904.06991,
    equations 1 and 2; Naeem et al. 2020, "Reliable fidelity and diversity metrics for generative models", arXiv
    2002.09797, equations 3 and 4, whose k = 5 serves all four here. Balls are closed.

    Parameters
    ----------
    real, generated : ndarray [n, d], [m, d]
        Features.
    k : int
        Below n and m.

    Returns
    -------
    diversity : Diversity

    Raises
    ------
    VconvError
        A set has no k + 1 samples.
    """
    real, generated = np.asarray(real, np.float64), np.asarray(generated, np.float64)
    if min(len(real), len(generated)) <= k:
        raise VconvError(
            f"neighborhoods of {k} need more than {k} samples in each set, found {len(real)} real and "
            f"{len(generated)} generated ones; give more samples"
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
    """Return the Euclidean distance [n] of each of the samples [n, d] to its k-th nearest other one."""
    rows = (cdist(samples[first : first + CHUNK], samples) for first in range(0, len(samples), CHUNK))
    return np.concatenate([np.partition(row, k, axis=1)[:, k] for row in rows])  # the 0-th is the sample itself


def expected_coverage(real, generated, k=5):
    """Return the coverage that two samples of one distribution have on average, whatever the distribution.

    1 − (n−1)…(n−k) / ((n+m−1)…(n+m−k)) for n real and m generated samples: Naeem et al. 2020, section 3.3.
    """
    steps = np.arange(1, k + 1)
    return float(1 - np.prod((real - steps) / (real + generated - steps)))
