"""Level, source silence, limiter and file of a converted signal that is too long for the memory."""

from typing import NamedTuple

import numpy as np

from vconv.audio import block_resampling, block_writing, loudness, silence, wav
from vconv.conversion.block_analysis import block_power
from vconv.features.running_statistics import Percentiles

PIECE_S = 8  # seconds that are finished at once
OFFSET_STEP = 2.0**-20  # precision of the median of the pauses


class SourceSilence(NamedTuple):
    """What `silence.keep_source_silence` does, for a part of a recording.

    Attributes
    ----------
    signal : vconv.conversion.block_analysis.Signal
        The recording.
    share : ndarray [T]
        Of the converted signal in each frame.
    frame_period_ms : float
    offset, gain : float
        Subtracted from the recording, and its factor in pauses.
    """

    signal: object
    share: np.ndarray
    frame_period_ms: float
    offset: float
    gain: float

    @classmethod
    def of(cls, signal, mask, frame_period_ms):
        """Return the source silence of a recording with the speech mask [T]."""
        found = cls(signal, silence.smoothed(mask), frame_period_ms, 0.0, 1.0)
        pauses, first, any_pause = Percentiles(OFFSET_STEP), 0, False
        for y in signal.blocks(PIECE_S * signal.rate):
            pause = found.weights(first, len(y)) < silence.PAUSE_WEIGHT
            pauses.add(y[pause])
            any_pause |= bool(pause.any())
            first += len(y)
        if not any_pause:
            return found
        offset = float(pauses.at([50])[0])
        power = block_power(lambda size: (y - offset for y in signal.blocks(size)), signal.rate)
        return found._replace(offset=offset, gain=silence.background_gain(power))

    def weights(self, first, samples):
        """Return the share of the converted signal in so many samples from `first` on."""
        return silence.weights(self.share, first, samples, self.signal.rate, self.frame_period_ms)

    def apply(self, y, first):
        """Return the converted signal `y` [n], which begins at sample `first`, with the pauses of the recording."""
        background, weight = np.zeros(len(y)), self.weights(first, len(y))
        recording = self.signal.read(first, first + len(y))
        background[: len(recording)] = (recording - self.offset) * self.gain
        return background + weight * (y - background)


def write(path, spool, signal, source_silence, file_rate, tags):
    """Write a converted signal to a file.

    Parameters
    ----------
    path : Path
    spool : Spool
        The converted signal, of any level.
    signal : vconv.conversion.block_analysis.Signal
        The recording, whose level the file gets.
    source_silence : SourceSilence or None
    file_rate : int
        Sample rate of the file, in Hz.
    tags : dict
        As of `wav.write`.

    Returns
    -------
    gain : float
        As of `wav.write`.
    """
    rate, level = signal.rate, loudness.level_of(block_power(spool.blocks, signal.rate))
    level_gain = signal.level / level if level else 1.0

    def piece(first, last):
        y = spool.read(first, last) * level_gain
        return (y if source_silence is None else source_silence.apply(y, first)) * signal.gain

    def resampled():
        return block_resampling.resample(_limited(piece, len(spool), rate), rate, file_rate)

    gain = 1.0
    if file_rate != rate:  # a signal may overshoot when it is resampled
        gain = wav.gain_for_peak(max(float(np.abs(y).max(initial=0.0)) for y in resampled()))
    with block_writing.writer(path, file_rate, -(-len(spool) * file_rate // rate), tags) as append:
        for y in resampled():
            append(gain * y)
    return gain


def _limited(piece, samples, rate):
    """Yield the signal `piece(first, last)`, `PIECE_S` at once, with limited peaks, as `loudness.limit` does."""
    margin, size = 2 * loudness.limiter_reach(rate), PIECE_S * rate
    for first in range(0, samples, size):
        begin, last = max(first - margin, 0), min(first + size, samples)
        y = loudness.limit(piece(begin, min(last + margin, samples)), rate)
        yield y[first - begin : last - begin]
