"""Power spectra of frames for the estimation of F0, and the stationary background of a recording."""

from typing import NamedTuple

import numpy as np

from vconv.audio import fft, wav

RATE = 8000  # Hz; enough for the harmonics that decide
PERIODS = 3  # of the lowest F0 in a window
OVERSAMPLING = 2  # of the autocorrelation
BLOCK_FRAMES = 1000  # analyzed at once; bounds the memory
# The background: the quietest frames, if they are much weaker than the mean frame.
QUIET_SHARE = 0.12
QUIET_FRAMES = 1000  # at most; of more, every second, third … is taken
LARGEST_BACKGROUND = 0.25  # of the mean power; a sustained sound has no background
STATIONARY = 10.0  # quiet frames that are stronger than this times their median are speech: there are few pauses
BACKGROUND_FACTOR = 2.0  # RMS of the weakest voiced frame, relative to the background's
LOUD_FRAMES = 100  # of which one is the strongest without the background
DIGITAL_SILENCE = 1e-10  # of the strongest frame's power; weaker frames tell nothing about the background


class Background(NamedTuple):
    """What decides about voicing and is relative to the whole recording.

    Attributes
    ----------
    power : ndarray [bins]
        Power spectrum of the background; zeros for none.
    level : float
        RMS below which a frame is background.
    loudest : float
        RMS of the strongest frame without the background.
    """

    power: np.ndarray
    level: float
    loudest: float


def spectra_of(y, rate, floor_hz, frame_period_ms):
    """Return the `Spectra` of a signal [samples] at `rate` Hz, for a search from `floor_hz` on."""
    count = int(1000 * len(y) / rate / frame_period_ms) + 1
    low_rate = min(RATE, rate)
    return Spectra(wav.resample(y, rate, low_rate), low_rate, floor_hz, frame_period_ms, count)


def autocorrelation(power, size):
    """Return the autocorrelation [..., size * `OVERSAMPLING`] of the power spectrum [..., bins] of an FFT."""
    return fft.irfft(power, size * OVERSAMPLING)


class Spectra:
    """Power spectra of a signal's frames, under a Hann window of three periods.

    `rate` is that of the signal, `size` that of the FFT, `window_correlation` the autocorrelation of the window.
    """

    def __init__(self, y, rate, floor_hz, frame_period_ms, count):
        length = int(PERIODS * rate / floor_hz) // 2 * 2 + 1
        self.rate, self._window = rate, np.hanning(length + 2)[1:-1]
        self.size = fft.next_fast_len(length * 3 // 2 + 2)
        self.window_correlation = autocorrelation(np.square(np.abs(fft.rfft(self._window, self.size))), self.size)
        self._centers = np.round(np.arange(count) * (rate * frame_period_ms / 1000)).astype(int)
        padded = np.pad(y, (length // 2, max(0, self._centers[-1] + length // 2 + 1 - len(y))))
        self._windows = np.lib.stride_tricks.sliding_window_view(padded, length)

    def of(self, frames):
        """Return the power spectra [n, bins] of the frames of a slice or of an array of numbers."""
        windows = self._windows[self._centers[frames]]
        windows = (windows - windows.mean(axis=1, keepdims=True)) * self._window
        return np.square(np.abs(fft.rfft(windows, self.size, axis=1)))

    def power(self):
        """Return the power [T] of all frames."""
        return np.concatenate([block.sum(axis=1) for block in self.blocks()])

    def blocks(self):
        """Yield the power spectra of all frames, `BLOCK_FRAMES` at once."""
        for first in range(0, len(self._centers), BLOCK_FRAMES):
            yield self.of(slice(first, first + BLOCK_FRAMES))


def background_of_all(spectra):
    """Return the `Background` of a signal with the `Spectra`."""
    power = spectra.power()
    quiet, loud = telling_frames(power)
    return background_of(power, spectra.of(quiet), spectra.of(loud))


def telling_frames(power):
    """Return the numbers of the quietest frames, which tell the background, and of the loudest frames.

    Parameters
    ----------
    power : ndarray [T]
        Of all frames of a recording.
    """
    sounding = np.flatnonzero(power > DIGITAL_SILENCE * power.max())
    order = sounding[power[sounding].argsort()]
    quiet = order[: int(np.ceil(QUIET_SHARE * len(sounding)))]
    return quiet[:: -(-len(quiet) // QUIET_FRAMES) or 1], order[-LOUD_FRAMES:]


def background_of(power, quiet, loud):
    """Return the `Background` of a recording.

    Parameters
    ----------
    power : ndarray [T]
        Of all frames.
    quiet, loud : ndarray [n, bins]
        Power spectra of the `telling_frames`.
    """
    mean, level = np.zeros(quiet.shape[1]), 0.0
    sounding = power[power > DIGITAL_SILENCE * power.max()]
    if len(quiet):
        of_quiet = quiet.sum(axis=1)
        quiet = quiet[of_quiet <= STATIONARY * np.median(of_quiet)]
    if len(quiet) and quiet.mean(axis=0).sum() <= LARGEST_BACKGROUND * sounding.mean():
        mean = quiet.mean(axis=0)
        level = BACKGROUND_FACTOR * float(np.sqrt(np.maximum(quiet - mean, 0).sum(axis=1).max()))
    loudest = np.sqrt(np.maximum(loud - mean, 0).sum(axis=1).max(initial=0))
    return Background(mean, level, float(loudest))
