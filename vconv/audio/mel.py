"""Mel spectrogram: its settings and its computation, the same in training and use of a vocoder."""

import warnings
from functools import cached_property
from typing import NamedTuple

import numpy as np

from vconv.common.errors import VconvError

RANGE_DB = 80.0  # lower levels are raised to this far below the maximum
HIGHEST_DB = 120.0  # more than a signal at full scale has in any band
LINEAR_SHARE = 0.01  # of the maximum: half of the values of a linear spectrogram are lower
LOWEST_POWER = 1e-10  # keeps the logarithm of silence finite
BLOCK_FRAMES = 4096  # frames of one transform; bounds the memory for long signals


class MelSettings(NamedTuple):
    """Settings that define a mel spectrogram; a vocoder takes only mel spectrograms of its own settings.

    Attributes
    ----------
    sample_rate : int
        In Hz.
    fft_size, hop : int
        In samples.
    mels : int
        Number of bands.
    low_hz, high_hz : float
        Lower edge of the lowest band and upper edge of the highest, in Hz.
    """

    sample_rate: int = 22050
    fft_size: int = 1024
    hop: int = 256
    mels: int = 80
    low_hz: float = 125.0
    high_hz: float = 7600.0

    def differences(self, other):
        """Return the fields in which two settings differ as one text, "hop 256 and 200, …"; "" if they agree."""
        fields = zip(self._fields, self, other, strict=True)
        return ", ".join(f"{name} {first:g} and {second:g}" for name, first, second in fields if first != second)


class MelSpectrogram:
    """Signal [samples] → mel spectrogram in dB [T, mels], T = ⌈samples / hop⌉.

    Frame t covers the `fft_size` samples from t · hop on (zeros after the end) under a periodic Hann window. The mel
    filters are triangles of height 1 (HTK's mel scale, no area normalization) on the power spectrum. The result is
    10 · log10 of the band power, at least the maximum − 80 dB. These definitions are those of the Keras tutorial
    "MelGAN-based spectrogram inversion" (Darshan Deshpande 2021); librosa's defaults differ.

    Parameters
    ----------
    settings : MelSettings

    Raises
    ------
    VconvError
        The settings define no spectrogram, or a mel band contains no bin of the spectrum.
    """

    def __init__(self, settings):
        self.settings = settings
        if min(settings) < 0 or min(settings[:4]) < 1 or settings.hop > settings.fft_size:
            raise VconvError(
                f"mel: {settings._asdict()} define no spectrogram; sizes must be 1 or more, frequencies 0 or "
                f"more, and hop at most fft_size"
            )
        if not settings.low_hz < settings.high_hz <= settings.sample_rate / 2:
            raise VconvError(
                f"mel: the range {settings.low_hz:g} to {settings.high_hz:g} Hz is impossible at a rate of "
                f"{settings.sample_rate} Hz; high_hz must be above low_hz, and at most half the rate"
            )
        empty = np.flatnonzero(self.filterbank.max(axis=0) == 0)
        if len(empty):
            raise VconvError(
                f"mel: {len(empty)} of {settings.mels} bands hold no bin of an FFT of {settings.fft_size} at "
                f"{settings.sample_rate} Hz; take fewer mels or a larger fft_size"
            )
        self.window = np.hanning(settings.fft_size + 1)[:-1]

    @cached_property
    def filterbank(self):
        """Weights [fft_size / 2 + 1, mels], float64."""
        import librosa  # takes a second to import

        rate, fft_size, _, mels, low_hz, high_hz = self.settings
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # about empty bands, which __init__ refuses
            return librosa.filters.mel(
                sr=rate, n_fft=fft_size, n_mels=mels, fmin=low_hz, fmax=high_hz, htk=True, norm=None, dtype=np.float64
            ).T

    def frames(self, samples):
        """Return the number of frames of a signal with that many samples."""
        return -(-samples // self.settings.hop)

    def span(self, frames):
        """Return the number of samples that so many successive frames cover."""
        return (frames - 1) * self.settings.hop + self.settings.fft_size

    def power(self, y):
        """Return the power in the mel bands, float64 [T, mels], of a signal [samples]."""
        y = np.asarray(y, np.float64)
        hop, fft_size = self.settings.hop, self.settings.fft_size
        count = self.frames(len(y))
        padded = np.pad(y, (0, max(self.span(count) - len(y), 0)))
        framed = np.lib.stride_tricks.sliding_window_view(padded, fft_size)[::hop][:count]
        blocks = [
            np.square(np.abs(np.fft.rfft(framed[start : start + BLOCK_FRAMES] * self.window))) @ self.filterbank
            for start in range(0, count, BLOCK_FRAMES)
        ]
        return np.concatenate(blocks)

    def peak_db(self, y):
        """Return the maximum of the mel spectrogram of a signal [samples], in dB."""
        return decibels(self.power(y).max(initial=0.0))

    def __call__(self, y, peak_db=None):
        """Compute the mel spectrogram of a signal.

        Parameters
        ----------
        y : ndarray [samples]
        peak_db : float, optional
            Level that stands for the maximum, for a segment of a longer signal; the signal's maximum when left out.

        Returns
        -------
        levels_db : ndarray [T, mels], float32
            In dB.

        Raises
        ------
        VconvError
            The signal is empty, has more than one axis, or holds NaN.
        """
        y = np.asarray(y)
        if y.ndim != 1 or not len(y) or not np.isfinite(y).all():
            raise VconvError(
                f"a signal of shape {y.shape} has no mel spectrogram; give finite samples of shape [samples]"
            )
        levels_db = decibels(self.power(y))
        peak_db = levels_db.max() if peak_db is None else peak_db
        return np.maximum(levels_db, peak_db - RANGE_DB).astype(np.float32)


def decibels(power):
    """Return 10 · log10 of a power; powers below `LOWEST_POWER` count as `LOWEST_POWER`."""
    return 10 * np.log10(np.maximum(power, LOWEST_POWER))


def is_linear(levels):
    """Return whether a mel spectrogram [T, mels] holds power in place of dB.

    Levels above 120 dB are impossible. A spectrogram without negative values whose median is above 0 and below 1 % of
    its maximum is linear: in dB, half of its values would have almost the same level.
    """
    linear = levels.min() >= 0 and 0 < np.median(levels) < LINEAR_SHARE * levels.max()
    return bool(linear or levels.max() > HIGHEST_DB)
