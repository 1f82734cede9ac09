"""Does the generator repeat its training data?"""

import numpy as np

CHUNK = 256  # samples at a time
NEAR_COPY = 0.5  # of the usual distance of new data


def nearest(samples, training):
    """Find the training sample that is nearest to each sample.

    Parameters
    ----------
    samples, training : ndarray [n, ...], [m, ...]
        Patches, or features, of equal shape.

    Returns
    -------
    distance : ndarray [n], float64
        Root of the mean squared difference of the values: in their unit, whatever the size of a patch. Exactly 0 for a
        copy.
    index : ndarray [n], int64
        Which one it is.
    """
    samples, training = (np.reshape(patches, (len(patches), -1)).astype(np.float64) for patches in (samples, training))
    squares = np.square(training).sum(axis=1) / 2
    # |s − t|² is smallest where |t|² / 2 − s·t is, which is one matrix product. The distance itself is taken from the
    # difference, because the product has lost the digits of what is small.
    index = np.concatenate(
        [
            np.argmin(squares - samples[first : first + CHUNK] @ training.T, axis=1)
            for first in range(0, len(samples), CHUNK)
        ]
    )
    return np.sqrt(np.square(samples - training[index]).mean(axis=1)), index


def distance_ratio(distance, usual):
    """Return median(distance) / median(usual) along the last axis: about 1 as for new data, towards 0 for copies.

    Parameters
    ----------
    distance, usual : ndarray [..., n], [..., m]
        `nearest` distances to the training set of generated samples, and of data that was held out of the training.

    Returns
    -------
    ratio : ndarray [...]
        NaN where most held-out samples are in the training set, for then they tell nothing.
    """
    usual = np.median(usual, axis=-1)
    return np.divide(np.median(distance, axis=-1), usual, out=np.full(np.shape(usual), np.nan), where=usual > 0)


def near_copies(distance, usual):
    """Return which samples [n], bool, are nearer to the training set than half of the median held-out sample is.

    Where samples have few dimensions, a good part of honest ones is as near: compare with the same of `usual` itself.
    """
    return distance < NEAR_COPY * np.median(usual)
