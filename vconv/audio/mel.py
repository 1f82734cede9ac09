"""The mel spectrogram, defined once: what a vocoder is trained on and what it is given."""

import warnings
from functools import cached_property
from typing import NamedTuple

import numpy as np

from vconv.common.errors import VconvError

RANGE_DB = 80.0  # everything further below the maximum is raised to there
LOWEST_POWER = 1e-10  # of silence, for the logarithm
BLOCK_FRAMES = 4096  # bounds the memory, whatever the length of a signal


class MelSettings(NamedTuple):
    """What defines a mel spectrogram: two of them fit the same vocoder only if all of this agrees.

    sample_rate, low_hz and high_hz are in Hz, fft_size and hop in samples, mels counts the bands.
    """

    sample_rate: int = 22050
    fft_size: int = 1024
    hop: int = 256
    mels: int = 80
    low_hz: float = 125.0
    high_hz: float = 7600.0

    def differences(self, other):
        """Return the names and values in which two settings differ as one text, "hop 256 and 200, …"; "" if none."""
        pairs = zip(self._fields, self, other, strict=True)
        return ", ".join(f"{name} {one:g} and {two:g}" for name, one, two in pairs if one != two)


class MelSpectrogram:
    """Signal [samples] → mel spectrogram in dB [T, mels], T = ⌈samples / hop⌉.

    Frame t covers the `fft_size` samples from t · hop on (zeros after the end) under a periodic Hann window. Mel
    filters are triangles of height 1 (HTK's mel scale, no area normalization) on the power spectrum; the result is
    10 · log10, floored 80 dB below its maximum. So has it the Keras tutorial "MelGAN-based spectrogram inversion"
    (Darshan Deshpande 2021); librosa's defaults are others.

    Parameters
    ----------
    settings : MelSettings

    Raises
    ------
    VconvError
        Settings that define no spectrogram, or a mel band without any bin of the spectrum.
    """

    def __init__(self, settings):
        self.settings = settings
        if min(settings) < 0 or min(settings[:4]) < 1 or settings.hop > settings.fft_size:
            raise VconvError(
                f"mel: {settings._asdict()} define no spectrogram; sizes must be 1 or more, frequencies 0 or "
                f"more, hop at most fft_size"
            )
        if not settings.low_hz < settings.high_hz <= settings.sample_rate / 2:
            raise VconvError(
                f"mel: the range {settings.low_hz:g} to {settings.high_hz:g} Hz is impossible at a rate of "
                f"{settings.sample_rate} Hz; it must rise and end at half the rate or below"
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
            warnings.simplefilter("ignore", UserWarning)  # of empty bands, which __init__ tells of
            return librosa.filters.mel(
                sr=rate, n_fft=fft_size, n_mels=mels, fmin=low_hz, fmax=high_hz, htk=True, norm=None, dtype=np.float64
            ).T

    def frames(self, samples):
        """Return how many frames a signal of so many samples has."""
        return -(-samples // self.settings.hop)

    def span(self, frames):
        """Return how many samples so many frames see."""
        return (frames - 1) * self.settings.hop + self.settings.fft_size

    def power(self, y):
        """Return the mel power [T, mels], float64, of a signal [samples]."""
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
        """Return the maximum of the spectrogram of a signal, in dB."""
        return decibels(self.power(y).max(initial=0.0))

    def __call__(self, y, peak_db=None):
        """Return the mel spectrogram of a signal in dB, float32 [T, mels].

        `peak_db` is the maximum to floor by, for a stretch of a longer signal; the stretch's own when left out.

        Raises
        ------
        VconvError
            The signal is empty, not [samples] or holds NaN.
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
    """Return 10 · log10 of a power, not below that of `LOWEST_POWER`."""
    return 10 * np.log10(np.maximum(power, LOWEST_POWER))
