"""Filters of a sequence, without the half second of SciPy's import."""

from functools import lru_cache

import numpy as np

TRUNCATE = 4.0  # standard deviations


def gaussian_filter1d(values, std):
    """Return `values` [T] smoothed by a Gaussian with standard deviation `std`, as scipy.ndimage does by default.

    The sequence is continued by its mirror image at both ends.
    """
    kernel = _gaussian(std)
    radius = len(kernel) // 2
    if radius < len(values):  # `np.pad` takes as long as the rest
        padded = np.concatenate([values[radius - 1 :: -1], values, values[: -radius - 1 : -1]])
    else:
        padded = np.pad(values, radius, mode="symmetric")
    return np.convolve(padded, kernel, mode="valid")


@lru_cache(maxsize=32)
def _gaussian(std):
    """Return the weights of a Gaussian; their sum is 1."""
    radius = int(TRUNCATE * std + 0.5)
    kernel = np.exp(-0.5 * np.square(np.arange(-radius, radius + 1) / std))
    kernel /= kernel.sum()
    kernel.setflags(write=False)
    return kernel


def running_minimum(values, size):
    """Return the minima [T − size + 1] of all windows of `size` values of a sequence [T]."""
    span = 1
    while 2 * span <= size:
        values, span = np.minimum(values[:-span], values[span:]), 2 * span
    rest = size - span
    return np.minimum(values[: len(values) - rest], values[rest:])
