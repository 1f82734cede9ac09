"""Levels of a signal that comes in blocks: those of its speech and of its background."""

import numpy as np

from vconv.audio import loudness, silence
from vconv.streaming.ring import Ring

MEMORY_S = 60.0
PAUSE_S = 1.0  # the rest of a longer pause does not count
PAUSE_DB = -25.0  # a block this much below the level of speech is a pause
RENEWAL_BLOCKS = 25  # after which the background is measured again


class RunningLevel:
    """The levels of the last minute, as those of `vconv.audio.loudness` and `vconv.audio.silence` of whole signals.

    Parameters
    ----------
    blocks_per_second : float

    Attributes
    ----------
    level : float
        RMS of speech; the reference level before there is any.
    background_gain : float
        As of `silence.background_gain`.
    """

    def __init__(self, blocks_per_second):
        self._power = Ring(int(MEMORY_S * blocks_per_second))
        self._longest_pause, self._pause = PAUSE_S * blocks_per_second, 0
        self.level, self.background_gain = loudness.REFERENCE_LEVEL, 1.0

    def add(self, y):
        """Add a block [samples] of the signal."""
        power = float(np.square(y).mean())
        quiet = power <= self.level**2 * 10 ** (PAUSE_DB / 10)
        self._pause = self._pause + 1 if quiet else 0
        if not power or self._pause > self._longest_pause:
            return
        self._power.add(power)
        self.level = loudness.level_of(self._power.known)
        if self._power.count % RENEWAL_BLOCKS == 0:
            self.background_gain = silence.background_gain(self._power.known)
