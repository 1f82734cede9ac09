"""Mean pairwise distance of the samples of a set; fast enough for each epoch of a training."""

import numpy as np

from vconv.common.errors import VconvError

PAIRS = 1000


def spread(samples, rng, pairs=PAIRS):
    """Return the mean distance between two samples of a set, estimated from random pairs of different samples.

    The ratio to the spread of real data shows a mode collapse: about 1 is as varied as real data, 0 is a single sample
    repeated.

    Parameters
    ----------
    samples : ndarray [n, ...]
        Patches or features, n ≥ 2.
    rng : numpy.random.Generator
    pairs : int
        Number of pairs, drawn with replacement.

    Returns
    -------
    distance : float
        Root mean square difference of the values of two samples, mean over the pairs, in the unit of the values.

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
