"""The bootstrap over files: how far a mean would move with other sentences (Efron & Tibshirani 1993, chapter 13)."""

import numpy as np


def weights(files, resamples, seed):
    """Return the weights of every file in the estimate and in each resample.

    Parameters
    ----------
    files : int
    resamples : int
    seed : int

    Returns
    -------
    weights : ndarray [1 + resamples, files]
        Each row sums to 1. The first weighs all files alike; the others count how often each was drawn, with
        replacement.
    """
    counts = np.random.default_rng(seed).multinomial(files, np.full(files, 1 / files), size=resamples)
    return np.concatenate([np.ones((1, files)), counts]) / files


def reflected_interval(values, share=0.95):
    """Return the basic interval of `values` [1 + resamples]: the percentile interval mirrored at the estimate.

    For distances, which noise can only raise: resamples lie above the estimate as the estimate lies above the truth
    (Davison & Hinkley 1997, "Bootstrap methods and their application", equation 5.6).
    """
    low, high = interval(values, share)
    return 2 * float(values[0]) - high, 2 * float(values[0]) - low


def interval(values, share=0.95):
    """Return (low, high), the percentile interval of `values` [1 + resamples]; the first, the estimate, is left out."""
    found = np.asarray(values)[1:]
    tail = 100 * (1 - share) / 2
    return tuple(float(bound) for bound in np.percentile(found, [tail, 100 - tail]))
