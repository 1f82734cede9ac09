"""Scales that networks work on: spectra within the corpus' range, mel-cepstra relative to their speaker, and back."""

import numpy as np

from vconv.features.cepstra import SHAPE


class Normalizer:
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


class CepstrumNormalizer:
    """Maps mel-cepstra, with power for the coefficient 0, to a speaker's own scale, and back.

    That is their distance from the speaker's mean, in deviations; the deviations are means over all speakers, so that
    an error weighs the same in every voice.
    """

    def __init__(self, statistics):
        self._mean, self._deviation = statistics.cepstrum_mean, statistics.cepstrum_std
        self._scale = self._deviation.mean(axis=0)

    def forward(self, cepstra, speaker):
        """Return `cepstra` [T, 40] of the speaker of that number, float32 [T, 40], around 1 in size."""
        return ((cepstra - self._mean[speaker]) / self._scale).astype(np.float32)

    def inverse(self, x, speaker):
        """Return the mel-cepstra float64 [T, 40] that `forward` maps to `x`."""
        return np.asarray(x, np.float64) * self._scale + self._mean[speaker]

    def to_content(self):
        """Return float32 [S, 25]: times this, coefficients 1 to 24 and power of `forward` become `content`'s.

        Nothing is added: both are measured from the speaker's mean, and the mean of power is 0 in every utterance.
        """
        gain = np.ones((len(self._mean), SHAPE.stop), np.float32)
        gain[:, :-1], gain[:, -1] = self._scale[SHAPE] / self._deviation[:, SHAPE], self._scale[0]
        return gain
