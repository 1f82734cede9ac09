"""Level, pauses and peaks of a converted stream."""

import numpy as np

from vconv.audio import loudness
from vconv.audio.loudness import PEAK
from vconv.audio.silence import PAUSE_WEIGHT
from vconv.streaming.ring import Ring

MEMORY_S, RISE_S = 10.0, 0.5  # what the level is measured over, and until it is corrected in full
PAUSE_S = 1.0  # the rest of a longer pause does not count
OFFSET_MEMORY_S = 5.0  # of pauses
KNEE = 0.85  # of full scale; magnitudes from here to `PEAK` are compressed


class LevelCorrection:
    """The gain that gives a converted stream the speech level of its source; 1 at the beginning.

    Pauses count as they do in `loudness.match_level`, which compares the levels of whole recordings.

    Parameters
    ----------
    blocks_per_second : float
    """

    def __init__(self, blocks_per_second):
        self._power = Ring(int(MEMORY_S * blocks_per_second), (2,))  # of source and converted signal
        self._rise, self._gain = RISE_S * blocks_per_second, 1.0
        self._longest_pause = PAUSE_S * blocks_per_second
        self._pause = np.inf  # blocks since the last of speech

    def apply(self, y, source, speech):
        """Return a converted block [samples] at the level of `source` [samples]; `speech`: whether it is speech."""
        before = self._gain
        self._pause = 0 if speech else self._pause + 1
        if self._pause <= self._longest_pause:
            self._power.add((np.square(source).mean(), np.square(y).mean()))
            of_source, of_converted = map(loudness.level_of, self._power.known.T)
            weight = min(1.0, self._power.count / self._rise)
            self._gain = (of_source / of_converted) ** weight if of_source and of_converted else 1.0
        return y * np.linspace(before, self._gain, len(y), endpoint=False)


class Pauses:
    """Source silence of a stream: in its pauses comes the source's own signal, without its offset.

    Parameters
    ----------
    level : vconv.streaming.running_level.RunningLevel
        Of the source; a loud background is attenuated, as in `vconv.audio.silence`.
    rate : int
        In Hz.
    """

    def __init__(self, level, rate):
        self._level, self._memory, self._gain = level, OFFSET_MEMORY_S * rate, 1.0
        self._offset, self._count = 0.0, 0.0

    def apply(self, y, source, weights):
        """Return a converted block [samples] with the pauses of `source`; `weights` [samples] are the shares of `y`."""
        pause = source[weights < PAUSE_WEIGHT]
        if len(pause):
            self._count = min(self._count, self._memory) + len(pause)
            self._offset += (pause.mean() - self._offset) * len(pause) / self._count
        before, self._gain = self._gain, self._level.background_gain
        background = (source - self._offset) * np.linspace(before, self._gain, len(y), endpoint=False)
        return background + weights * (y - background)


def limit(y):
    """Return a signal whose peaks are at most `PEAK`; magnitudes up to `KNEE` do not change.

    It looks neither back nor ahead, so it needs no time.
    """
    beyond = np.maximum(np.abs(y) - KNEE, 0) / (PEAK - KNEE)
    return np.where(beyond > 0, np.sign(y) * (KNEE + (PEAK - KNEE) * np.tanh(beyond)), y)
