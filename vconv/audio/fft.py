"""Fourier transforms of real signals by NumPy, whose results are SciPy's, without the half second of SciPy's import."""

from numpy.fft import irfft, rfft

__all__ = ["irfft", "next_fast_len", "rfft"]


def next_fast_len(size):
    """Return the smallest number that is at least `size` and has no prime factor above 5."""
    while not _is_fast(size):
        size += 1
    return size


def _is_fast(size):
    for factor in 2, 3, 5:
        while size % factor == 0:
            size //= factor
    return size == 1
