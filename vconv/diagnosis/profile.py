"""A recording of any length, read once block by block → the few numbers of each frame that the checks need."""

from typing import NamedTuple

import numpy as np

from vconv.audio import f0, loudness
from vconv.audio.f0_estimation import estimate_f0
from vconv.common.errors import VconvError
from vconv.diagnosis import tones, waveform

F0_SEGMENTS = 3  # of 8 s of a recording, from its beginning, whose F0 is estimated
F0_PERIOD_MS = 10.0  # half a frame
BAND_EDGES_HZ = (0, 100, 200, 300, 400, 510, 630, 770, 920, 1080, 1270, 1480, 1720, 2000, 2320, 2700, 3150, 3700)
BAND_EDGES_HZ += (4400, 5300, 6400, 7700, 9500, 12000)  # Bark; the last band is open
PAUSE_DB = -25.0  # relative to the mean power of a segment; weaker frames are pauses
WINDOW_S = 0.5
HUM_BINS = 250  # of 2 Hz


class Profile(NamedTuple):
    """What is measured in the mixed signal of a recording; a frame is 20 ms, without overlap.

    Attributes
    ----------
    waveform : waveform.Waveform
    bands : ndarray [T, B], float32
        Power of each frame in the bands of `BAND_EDGES_HZ`, under a Hann window.
    spectrum : ndarray [K]
        Mean power at frequencies of 50 Hz distance from 0 to half the rate, over the frames that are no pauses. Each is
        relative to the power of its frame, so that consonants count as much as vowels.
    low_spectra : ndarray [W, 250], float32
        Power at 0, 2, 4 … 498 Hz of windows of half a second, each half a window after the last.
    tones : ndarray [≤ W]
        Number of steady tones in each of these windows that is no pause.
    f0_hz : ndarray [≤ T]
        Of the first 24 s; 0 where unvoiced.
    """

    waveform: waveform.Waveform
    bands: np.ndarray
    spectrum: np.ndarray
    low_spectra: np.ndarray
    tones: np.ndarray
    f0_hz: np.ndarray


def profile(blocks, rate):
    """Return the `Profile` of a mono signal that comes in blocks, an iterable of arrays [n] at `rate` Hz."""
    parts, count = [], 0
    for number, segment in enumerate(waveform.segments(blocks, rate)):
        parts.append(_segment(segment, rate, count, number < F0_SEGMENTS))
        count += len(segment)
    waveforms, bands, spectra, loud, low, tone_counts, f0_hz = zip(*parts, strict=True)
    whole = waveform.joined(waveforms)
    return Profile(
        whole,
        np.concatenate(bands),
        sum(spectra) / max(1, sum(loud)),
        np.concatenate(low),
        np.concatenate(tone_counts),
        np.concatenate(f0_hz),
    )


def _segment(y, rate, first, with_f0):
    """Return what is measured in a segment [samples] that begins at sample `first`."""
    measured = waveform.of_segment(y, rate, first)
    y = y - measured.mean
    size = loudness.block_size(rate)
    frames = y[: len(y) // size * size].reshape(-1, size)
    spectra = np.square(np.abs(np.fft.rfft(frames * np.hanning(size + 2)[1:-1], axis=1))) / size
    f0_hz = _f0(y, rate)[: len(frames)] if with_f0 else np.zeros(0)
    return measured, _bands(spectra, rate), *_relative(spectra), *_long_windows(y, rate), f0_hz


def _relative(spectra):
    """Return the sum [K] of the spectra [T, K] that are no pauses, each relative to its power, and their number."""
    power = spectra.sum(axis=1)
    loud = power > power.sum() / max(1, len(power)) * 10 ** (PAUSE_DB / 10)
    return (spectra[loud] / power[loud, None]).sum(axis=0), int(loud.sum())


def _bands(spectra, rate):
    """Return the power [T, B] in each band of spectra [T, K]; 0 above half the rate."""
    starts = np.searchsorted(np.linspace(0, rate / 2, spectra.shape[1]), BAND_EDGES_HZ)
    padded = np.pad(spectra, ((0, 0), (0, 1)))
    sums = np.add.reduceat(padded, np.minimum(starts, spectra.shape[1]), axis=1)
    return np.where(starts < spectra.shape[1], sums, 0).astype(np.float32)


def _long_windows(y, rate):
    """Return `low_spectra` [W, 250] and `tones` [≤ W] of a segment."""
    size = int(WINDOW_S * rate)
    if len(y) < size:
        return np.zeros((0, HUM_BINS), np.float32), np.zeros(0, int)
    windows = np.lib.stride_tricks.sliding_window_view(y, size)[:: size // 2]
    power = np.square(np.abs(np.fft.rfft(windows * np.hanning(size), axis=1))) / size
    return power[:, :HUM_BINS].astype(np.float32), tones.count(power)


def _f0(y, rate):
    """Return F0 of each frame in the widest range; zeros for a signal too short for its analysis."""
    try:
        return estimate_f0(y, rate, *f0.WIDE_RANGE_HZ, frame_period_ms=F0_PERIOD_MS)[1::2]
    except VconvError:
        return np.zeros(len(y) // loudness.block_size(rate))
