"""Normalization of the networks' inputs and outputs: spectra by range, acoustic features by speaker."""

import numpy as np


class SpectrumNormalizer:
    """Maps log spectra linearly to [-1, 1], with one range for each bin, and back.

    Parameters
    ----------
    low, high : array [K]
        The values that become -1 and 1; a bin with an empty range becomes -1.
    """

    def __init__(self, low, high):
        low, high = np.asarray(low, np.float64), np.asarray(high, np.float64)
        self._low = low.astype(np.float32)
        self._scale = (np.where(high > low, high - low, 1.0) / 2).astype(np.float32)

    def forward(self, log_spectrum):
        """Return `log_spectrum` [..., K] as float32 in [-1, 1]; values outside the range are clipped."""
        return np.clip((np.asarray(log_spectrum, np.float32) - self._low) / self._scale - 1, -1, 1)

    def inverse(self, x):
        """Return the log spectrum [..., K], float32, that `forward` maps to `x`."""
        return (np.asarray(x, np.float32) + 1) * self._scale + self._low


class AcousticNormalizer:
    """Maps acoustic features to their difference from the speaker's mean in standard deviations, and back.

    The standard deviations are means over the speakers of the training, so that errors have the same weight for all
    speakers.

    Parameters
    ----------
    statistics : vconv.features.statistics.Statistics

    Attributes
    ----------
    std : ndarray [40], float64
    """

    def __init__(self, statistics):
        self.std = statistics.acoustic_std[statistics.trained].mean(axis=0)

    def forward(self, acoustic, mean):
        """Return acoustic features [..., 40] of speakers with these means [..., 40], normalized, float32 [..., 40]."""
        return ((acoustic - mean) / self.std).astype(np.float32)

    def inverse(self, x, mean):
        """Return the acoustic features float64 [T, 40] that `forward` maps to `x` for a speaker with this mean [40]."""
        return np.asarray(x, np.float64) * self.std + mean
