"""How far apart the samples of a set lie from each other; cheap enough for every epoch of a training."""

import numpy as np

from vconv.common.errors import VconvError

PAIRS = 1000


def spread(samples, rng, pairs=PAIRS):
    """Return the mean distance between two samples of a set, from random pairs of different samples.

    As a share of the spread of data it says whether a generator's samples collapse: about 1 is as varied as data,
    0 is one sample again and again.

    Parameters
    ----------
    samples : ndarray [n, ...]
        Patches or features, n ≥ 2.
    rng : numpy.random.Generator
    pairs : int
        How many; drawn with replacement.

    Returns
    -------
    distance : float
        Root of the mean squared difference of two samples' values, mean over the pairs; in the unit of the values.

    Raises
    ------
    VconvError
        There are fewer than two samples.
    """
    samples = np.asarray(samples)
    if len(samples) < 2:
        raise VconvError(f"a set's spread needs two samples or more, found {len(samples)}; give more samples")
    one = rng.integers(len(samples), size=pairs)
    other = (one + rng.integers(1, len(samples), size=pairs)) % len(samples)
    return float(
        np.mean(
            [
                np.sqrt(np.square(np.subtract(samples[i], samples[j], dtype=np.float64)).mean())
                for i, j in zip(one, other, strict=True)
            ]
        )
    )
