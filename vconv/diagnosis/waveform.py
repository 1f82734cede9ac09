"""What the samples of a recording tell without a spectrum: levels, extremes, and runs of equal samples."""

from typing import NamedTuple

import numpy as np

from vconv.audio import block_resampling, loudness
from vconv.diagnosis import runs

SEGMENT_S = 8  # measured at once


class Waveform(NamedTuple):
    """What is measured in the samples of a mixed signal; a frame is 20 ms, without overlap.

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
    flat : runs.Flat
        Runs of equal samples near the extremes.
    holes : runs.Holes
        Runs of zeros.
    """

    rate: int
    samples: int
    mean: float
    highest: float
    lowest: float
    power: np.ndarray
    flat: runs.Flat
    holes: runs.Holes

    @property
    def seconds(self):
        """Duration."""
        return self.samples / self.rate

    @property
    def level(self):
        """RMS of the speech; full scale is 1."""
        return loudness.level_of(self.power)


def segments(blocks, rate):
    """Yield the segments of a signal that comes in blocks [n]: 8 s each, the last one shorter."""
    return block_resampling.rechunk(blocks, SEGMENT_S * rate)


def of_segment(y, rate, first):
    """Return the `Waveform` of a segment [samples] that begins at sample `first` of a recording."""
    mean = float(y.mean())
    power = loudness.block_power(y - mean, rate) if len(y) >= loudness.block_size(rate) else np.zeros(0)
    extremes = float(y.max()), float(y.min())
    return Waveform(rate, len(y), mean, *extremes, power, runs.flat(y, first), runs.holes(y, rate, first))


def joined(parts):
    """Return the `Waveform` of a recording from those of its segments."""
    samples = sum(one.samples for one in parts)
    return Waveform(
        parts[0].rate,
        samples,
        sum(one.mean * one.samples for one in parts) / samples,
        max(one.highest for one in parts),
        min(one.lowest for one in parts),
        np.concatenate([one.power for one in parts]),
        runs.joined([one.flat for one in parts], runs.Flat),
        runs.joined([one.holes for one in parts], runs.Holes),
    )


def waveform(y, rate):
    """Return the `Waveform` of a mono signal [samples], not empty, at `rate` Hz."""
    starts = range(0, len(y), SEGMENT_S * rate)
    return joined([of_segment(y[start : start + SEGMENT_S * rate], rate, start) for start in starts])
