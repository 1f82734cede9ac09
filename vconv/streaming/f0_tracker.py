"""F0 of a signal that comes in blocks, by autocorrelation: the path is decided after a few frames, and corrected later.

The method is that of `vconv.audio.f0_autocorrelation`. What it takes from the whole recording, the stationary
background and the strongest frame, is here that of the last seconds.
"""

import math

import numpy as np

from vconv.audio import f0_background, fft
from vconv.audio.f0_autocorrelation import candidates_of, unvoiced_strength
from vconv.audio.f0_path import Path
from vconv.streaming.ring import Ring

MEMORY_S = 20.0  # of the background and the strongest frame
RENEWAL_S = 0.5  # after which the background is found again
EVERY = 2  # of the frames tell the background


class BlockSpectra:
    """Power spectra of frames below half of `f0_background.RATE`, under a Hann window of three periods.

    Parameters
    ----------
    rate : int
        Of the signal, in Hz.
    floor_hz : float
        The lowest F0.

    Attributes
    ----------
    reach : int
        Samples before and after the center of a frame in its window.
    rate, size : int
        Sample rate and FFT size of which the spectra are: the signal's, or those of a lower rate.
    bins : int
        Of a power spectrum.
    window_correlation : ndarray
        Autocorrelation of the window.
    """

    def __init__(self, rate, floor_hz):
        self.rate = min(f0_background.RATE, rate)
        unit = 2 * rate // math.gcd(rate, self.rate)
        self.reach = int(f0_background.PERIODS * rate / floor_hz / 2)
        self._full_size = fft.next_fast_len(-(-(3 * self.reach + 2) // unit)) * unit
        self.size = self._full_size * self.rate // rate
        self._window = np.hanning(2 * self.reach + 3)[1:-1]
        self.bins = self.size // 2 + 1
        self.window_correlation = f0_background.autocorrelation(self._power(self._window), self.size)

    def of(self, y, centers):
        """Return the power spectra [n, bins] of frames of a signal [samples] with the centers [n], in samples."""
        windows = np.lib.stride_tricks.sliding_window_view(y, 2 * self.reach + 1)[np.asarray(centers) - self.reach]
        return self._power((windows - windows.mean(axis=1, keepdims=True)) * self._window)

    def _power(self, y):
        return np.square(np.abs(fft.rfft(y, self._full_size)[..., : self.bins]))


class RunningBackground:
    """The `f0_background.Background` of the last `MEMORY_S` seconds.

    Parameters
    ----------
    bins : int
        Of a power spectrum.
    frame_period_ms : float
    """

    def __init__(self, bins, frame_period_ms):
        frames = int(1000 * MEMORY_S / frame_period_ms / EVERY)
        self._spectra, self._power = Ring(frames, (bins,), np.float32), Ring(frames)
        self._renewal = int(1000 * RENEWAL_S / frame_period_ms / EVERY)
        self._next = self._renewal
        self.newest = f0_background.Background(np.zeros(bins), 0.0, 0.0)

    def add(self, power):
        """Add the power spectra [n, bins] of frames."""
        for row in power[::EVERY]:
            self._spectra.add(row)
            self._power.add(row.sum())
        self.newest = self.newest._replace(loudest=max(self.newest.loudest, self._loudest(power)))
        if self._power.count >= self._next:
            self._next = self._power.count + self._renewal
            known = self._power.known
            quiet, loud = (self._spectra.known[rows].astype(float) for rows in f0_background.telling_frames(known))
            self.newest = f0_background.background_of(known, quiet, loud)

    def _loudest(self, power):
        """Return the RMS of the strongest frame without the background."""
        return float(np.sqrt(np.maximum(power - self.newest.power, 0).sum(axis=1).max()))


class F0Tracker:
    """F0 of the frames of a signal that comes in blocks.

    Parameters
    ----------
    rate : int
        In Hz.
    range_hz : (floor, ceiling)
        Of the candidates.
    frame_period_ms : float
    kept : int
        Frames of which F0 is known, up to the newest.
    running_f0 : vconv.streaming.source_f0.RunningF0, optional
        Finds the speaker's range within that of the candidates, by a second path; left out if they are the same.

    Attributes
    ----------
    reach : int
        Samples after the center of a frame that must be there for it.
    f0_hz : ndarray [n]
        Of the newest `kept` frames or of all there are, 0 where unvoiced.
    """

    def __init__(self, rate, range_hz, frame_period_ms, kept, running_f0=None):
        self._range_hz, self._kept, self._running_f0 = range_hz, kept, running_f0
        self._spectra = BlockSpectra(rate, range_hz[0])
        self.reach = self._spectra.reach
        self._background = RunningBackground(self._spectra.bins, frame_period_ms)
        self._path, self._wide_path = Path(frame_period_ms), Path(frame_period_ms)
        self.f0_hz = np.zeros(0)

    def push(self, y, centers):
        """Add frames.

        Parameters
        ----------
        y : ndarray [samples]
        centers : ndarray [n]
            Of the frames, in samples of `y`; `reach` samples are before the first and after the last of them.
        """
        power = self._spectra.of(y, centers)
        self._background.add(power)
        background = self._background.newest
        found = candidates_of(power, background.power, self._spectra, *self._range_hz)
        unvoiced = unvoiced_strength(found.rms, background.loudest, background.level)
        range_hz = self._running_f0.range_hz if self._running_f0 else self._range_hz
        self.f0_hz = self._traced(self._path, found.f0_hz, _within(found, range_hz), unvoiced)
        if self._running_f0:
            wide_hz = self._traced(self._wide_path, found.f0_hz, _within(found, self._range_hz), unvoiced)
            # The oldest frames: their F0 does not change any more.
            self._running_f0.add(wide_hz[: len(centers)] if len(wide_hz) == self._kept else wide_hz[:0])

    def _traced(self, path, *frames):
        """Return F0 [n] of the frames that are kept, after further ones, arguments of `Path.append`."""
        path.append(*frames)
        path.keep(self._kept)
        return path.trace()


def _within(found, range_hz):
    """Return the strength of `Candidates`, -inf outside a range; a vertex may lie beyond the lags that are searched."""
    floor_hz, ceiling_hz = range_hz
    return np.where((found.f0_hz >= floor_hz) & (found.f0_hz <= ceiling_hz), found.strength, -np.inf)
