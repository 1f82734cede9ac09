"""Active speech level, and gains that make recordings equally loud."""

import numpy as np

from vconv.audio import wav

LEVEL_DB = -26.0  # active level of the speech in tests by ITU-T P.800, relative to full scale
MARGIN_DB = 15.9  # ITU-T P.56: frames are active if their power is at most this far below the active level
FRAME_SECONDS = 0.02


def active_level_db(y, rate):
    """Return the level of the active frames of `y` [samples] in dB relative to full scale; -inf for silence.

    The rule of ITU-T P.56 on frames of 20 ms, iterated to its fixed point: a frame is active if its power is at most
    15.9 dB below the mean power of the active frames.
    """
    size = min(len(y), max(1, round(FRAME_SECONDS * rate)))
    starts = np.append(np.arange(0, len(y) - size, size), len(y) - size)  # the last frame ends where the signal ends
    power = np.square(np.lib.stride_tricks.sliding_window_view(y, size)[starts]).mean(axis=1)
    while True:
        level = power.mean()
        active = power[power >= level * 10 ** (-MARGIN_DB / 10)]
        if len(active) == len(power):
            return float(10 * np.log10(level)) if level > 0 else -np.inf
        power = active


def level_gains(signals):
    """Return a gain for each (y, rate) that sets its active level to -26 dB; lower by one factor if a signal clips."""
    gains = [10 ** ((LEVEL_DB - active_level_db(y, rate)) / 20) for y, rate in signals]
    peak = max(gain * np.abs(y).max() for (y, _), gain in zip(signals, gains, strict=True))
    return [float(gain * min(1.0, wav.PEAK / peak)) for gain in gains]
