"""Memorization: how close generated samples are to training samples."""

import numpy as np

CHUNK = 256  # samples processed at a time
NEAR_COPY = 0.5  # share of the median distance of held-out data


def nearest(samples, training):
    """Find the nearest training sample of each sample.

    Parameters
    ----------
    samples, training : ndarray [n, ...], [m, ...]
        Patches or features of equal shape.

    Returns
    -------
    distance : ndarray [n], float64
        Root mean square difference of the values, in their unit, independent of the size of a patch. Exactly 0 for a
        copy.
    index : ndarray [n], int64
        Index of the nearest training sample.
    """
    samples, training = (np.reshape(patches, (len(patches), -1)).astype(np.float64) for patches in (samples, training))
    squares = np.square(training).sum(axis=1) / 2
    # |s − t|² is smallest where |t|² / 2 − s·t is smallest, which needs only a matrix product. The distance is computed
    # from the difference, because the product loses the digits of small distances.
    index = np.concatenate(
        [
            np.argmin(squares - samples[first : first + CHUNK] @ training.T, axis=1)
            for first in range(0, len(samples), CHUNK)
        ]
    )
    return np.sqrt(np.square(samples - training[index]).mean(axis=1)), index


def distance_ratio(distance, reference):
    """Return median(distance) / median(reference) along the last axis: about 1 for new data, near 0 for copies.

    Parameters
    ----------
    distance, reference : ndarray [..., n], [..., m]
        `nearest` distances to the training set: of generated samples, and of held-out data.

    Returns
    -------
    ratio : ndarray [...]
        NaN if most held-out samples occur in the training set, because the median is then 0.
    """
    median = np.median(reference, axis=-1)
    return np.divide(np.median(distance, axis=-1), median, out=np.full(np.shape(median), np.nan), where=median > 0)


def near_copies(distance, reference):
    """Return the mask of near copies [n], bool: samples closer than half of the median distance of held-out data.

    In few dimensions many new samples are that close, too. So compare the share with that of held-out data.

    Parameters
    ----------
    distance, reference : ndarray [n], [m]
        As of `distance_ratio`.
    """
    return distance < NEAR_COPY * np.median(reference)
