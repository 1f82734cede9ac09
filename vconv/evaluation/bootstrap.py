"""Bootstrap over recordings: how much a mean varies with the choice of sentences.

Efron & Tibshirani 1993, "An introduction to the bootstrap", chapter 13.
"""

import numpy as np


def weights(files, resamples, seed):
    """Return the weight of each recording in the estimate and in each resample.

    Parameters
    ----------
    files : int
        Number of recordings.
    resamples : int
        Number of bootstrap resamples.
    seed : int
        Seed of the random generator.

    Returns
    -------
    weights : ndarray [1 + resamples, files]
        Each row sums to 1. The first row, the estimate, has equal weights. In the other rows a weight is proportional
        to how often the recording was drawn, with replacement.
    """
    counts = np.random.default_rng(seed).multinomial(files, np.full(files, 1 / files), size=resamples)
    return np.concatenate([np.ones((1, files)), counts]) / files


def basic_interval(values, share=0.95):
    """Return (low, high), the basic bootstrap interval: the percentile interval mirrored at the estimate.

    Noise can only increase a distance. So the resamples exceed the estimate as the estimate exceeds the true value, and
    the interval is mirrored (Davison & Hinkley 1997, "Bootstrap methods and their application", equation 5.6).

    Parameters
    ----------
    values : ndarray [1 + resamples]
        The estimate, then the resamples.
    share : float
        Coverage of the interval.
    """
    low, high = interval(values, share)
    return 2 * float(values[0]) - high, 2 * float(values[0]) - low


def interval(values, share=0.95):
    """Return (low, high), the percentile interval of the resamples.

    Parameters
    ----------
    values : ndarray [1 + resamples]
        The estimate, which is not used, then the resamples.
    share : float
        Coverage of the interval.
    """
    resampled = np.asarray(values)[1:]
    tail = 100 * (1 - share) / 2
    return tuple(float(bound) for bound in np.percentile(resampled, [tail, 100 - tail]))
