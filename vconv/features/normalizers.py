"""Scales that networks work on: spectra within the corpus' range, acoustic features relative to their speaker."""

import numpy as np


class SpectrumNormalizer:
    """Maps log spectra to [-1, 1] by a range per bin, and back.

    Parameters
    ----------
    low, high : array [K]
        What becomes -1 and 1; a bin whose range is empty becomes -1.
    """

    def __init__(self, low, high):
        low, high = np.asarray(low, np.float64), np.asarray(high, np.float64)
        self._low = low.astype(np.float32)
        self._scale = (np.where(high > low, high - low, 1.0) / 2).astype(np.float32)

    def forward(self, log_spectrum):
        """Return `log_spectrum` [..., K] as float32 in [-1, 1]; what lies outside the range is clipped."""
        return np.clip((np.asarray(log_spectrum, np.float32) - self._low) / self._scale - 1, -1, 1)

    def inverse(self, x):
        """Return the log spectrum [..., K], float32, that `forward` maps to `x`."""
        return (np.asarray(x, np.float32) + 1) * self._scale + self._low


class AcousticNormalizer:
    """Maps acoustic features to the distance from their speaker's mean in standard deviations, and back.

    The standard deviations are means over all speakers, so that an error weighs the same for every speaker.

    Parameters
    ----------
    statistics : vconv.features.statistics.Statistics

    Attributes
    ----------
    std : ndarray [40], float64
    """

    def __init__(self, statistics):
        self._mean = statistics.acoustic_mean
        self.std = statistics.acoustic_std.mean(axis=0)

    def forward(self, acoustic, speaker):
        """Return the acoustic features [T, 40] of the speaker of that number, normalized, float32 [T, 40]."""
        return ((acoustic - self._mean[speaker]) / self.std).astype(np.float32)

    def inverse(self, x, speaker):
        """Return the acoustic features float64 [T, 40] that `forward` maps to `x`."""
        return np.asarray(x, np.float64) * self.std + self._mean[speaker]
