"""A recording of any length, read once block by block → the few numbers of each frame that the checks need."""

from typing import NamedTuple

import numpy as np

from vconv.audio import block_resampling, f0, loudness
from vconv.audio.f0_estimation import estimate_f0
from vconv.common.errors import VconvError
from vconv.diagnosis import runs

SEGMENT_S = 8  # analyzed at once
F0_SEGMENTS = 3  # of a recording, from its beginning, whose F0 is estimated
F0_PERIOD_MS = 10.0  # half a frame
BAND_EDGES_HZ = (0, 100, 200, 300, 400, 510, 630, 770, 920, 1080, 1270, 1480, 1720, 2000, 2320, 2700, 3150, 3700)
BAND_EDGES_HZ += (4400, 5300, 6400, 7700, 9500, 12000)  # Bark; the last band is open
HUM_WINDOW_S = 0.5
HUM_BINS = 250  # of 2 Hz


class Profile(NamedTuple):
    """What is measured in the mixed signal of a recording; a frame is 20 ms, without overlap.

    Attributes
    ----------
    rate : int
        In Hz.
    samples : int
    mean : float
        Of the samples: the offset.
    highest, lowest : float
        Of the samples; full scale is 1.
    power : ndarray [T]
        Mean power of each frame, without the mean of its segment.
    bands : ndarray [T, B], float32
        Power of each frame in the bands of `BAND_EDGES_HZ`, under a Hann window.
    spectrum : ndarray [K]
        Mean power at frequencies of 50 Hz distance from 0 to half the rate.
    low_spectra : ndarray [W, 250], float32
        Power at 0, 2, 4 … 498 Hz of windows of half a second, each half a window after the last.
    flat : runs.Flat
        Runs of equal samples near the extremes.
    holes : runs.Holes
        Runs of zeros.
    f0_hz : ndarray [≤ T]
        Of the first 24 s; 0 where unvoiced.
    """

    rate: int
    samples: int
    mean: float
    highest: float
    lowest: float
    power: np.ndarray
    bands: np.ndarray
    spectrum: np.ndarray
    low_spectra: np.ndarray
    flat: runs.Flat
    holes: runs.Holes
    f0_hz: np.ndarray

    @property
    def seconds(self):
        """Duration."""
        return self.samples / self.rate

    @property
    def level(self):
        """RMS of the speech; full scale is 1."""
        return loudness.level_of(self.power)


def profile(blocks, rate):
    """Return the `Profile` of a mono signal that comes in blocks, an iterable of arrays [n] at `rate` Hz."""
    parts, count, total, highest, lowest = [], 0, 0.0, -np.inf, np.inf
    for number, segment in enumerate(block_resampling.rechunk(blocks, SEGMENT_S * rate)):
        parts.append(_segment(segment, rate, count, number < F0_SEGMENTS))
        count, total = count + len(segment), total + float(segment.sum())
        highest, lowest = max(highest, float(segment.max())), min(lowest, float(segment.min()))
    power, bands, spectra, low, flat, holes, f0_hz = zip(*parts, strict=True)
    return Profile(
        rate,
        count,
        total / count,
        highest,
        lowest,
        np.concatenate(power),
        np.concatenate(bands),
        sum(spectra) / max(1, sum(map(len, power))),
        np.concatenate(low),
        runs.joined(flat, runs.Flat),
        runs.joined(holes, runs.Holes),
        np.concatenate(f0_hz),
    )


def _segment(y, rate, first, with_f0):
    """Return what is measured in a segment [samples] that begins at sample `first`."""
    flat, holes = runs.flat(y, first), runs.holes(y, rate, first)
    y = y - y.mean()
    size = loudness.block_size(rate)
    frames = y[: len(y) // size * size].reshape(-1, size)
    spectra = np.square(np.abs(np.fft.rfft(frames * np.hanning(size + 2)[1:-1], axis=1))) / size
    power = loudness.block_power(y, rate) if len(frames) else np.zeros(0)
    f0_hz = _f0(y, rate)[: len(frames)] if with_f0 else np.zeros(0)
    return power, _bands(spectra, rate), spectra.sum(axis=0), _low_spectra(y, rate), flat, holes, f0_hz


def _bands(spectra, rate):
    """Return the power [T, B] in each band of spectra [T, K]; 0 above half the rate."""
    starts = np.searchsorted(np.linspace(0, rate / 2, spectra.shape[1]), BAND_EDGES_HZ)
    padded = np.pad(spectra, ((0, 0), (0, 1)))
    sums = np.add.reduceat(padded, np.minimum(starts, spectra.shape[1]), axis=1)
    return np.where(starts < spectra.shape[1], sums, 0).astype(np.float32)


def _low_spectra(y, rate):
    """Return power spectra [W, 250] of windows of half a second, up to 500 Hz."""
    size = int(HUM_WINDOW_S * rate)
    if len(y) < size:
        return np.zeros((0, HUM_BINS), np.float32)
    windows = np.lib.stride_tricks.sliding_window_view(y, size)[:: size // 2]
    spectra = np.fft.rfft(windows * np.hanning(size), axis=1)[:, :HUM_BINS]
    return (np.square(np.abs(spectra)) / size).astype(np.float32)


def _f0(y, rate):
    """Return F0 of each frame in the widest range; zeros for a signal too short for its analysis."""
    try:
        return estimate_f0(y, rate, *f0.WIDE_RANGE_HZ, frame_period_ms=F0_PERIOD_MS)[1::2]
    except VconvError:
        return np.zeros(len(y) // loudness.block_size(rate))
