"""F0 range and log-F0 statistics of a source speaker who is heard for the first time."""

import numpy as np
import numpy.ma  # noqa: F401  np.percentile imports it in its first call, which would make a block late

from vconv.audio import f0
from vconv.streaming.ring import Ring

MEMORY_FRAMES = 12000  # voiced; of longer streams, the newest
RENEWAL_FRAMES = 40  # voiced, after which range and statistics are found again
NARROWEST = 1 / 1.6, 1.9  # of the median: a range without octave errors that holds what is not heard yet
EARLY_FRAMES = 400  # voiced; up to here they are found again with every block


class RunningF0:
    """F0 range and `f0.LogF0` of the voiced frames so far.

    Parameters
    ----------
    range_hz : (floor, ceiling)
        Before there are enough voiced frames.
    usual_std : float
        As of `f0.with_usual_movement`.

    Attributes
    ----------
    range_hz : (floor, ceiling)
    log_f0 : f0.LogF0 or None
        Of the frames within the range; None before any voiced frame.
    """

    def __init__(self, range_hz, usual_std):
        self.range_hz, self.log_f0, self._usual_std = range_hz, None, usual_std
        self._voiced_hz, self._next = Ring(MEMORY_FRAMES), 1  # the count at which they are found again

    def add(self, f0_hz):
        """Count the voiced frames of F0 [n], which is searched in a wide range."""
        for voiced_hz in f0_hz[f0_hz > 0]:
            self._voiced_hz.add(voiced_hz)
        count, voiced_hz = self._voiced_hz.count, self._voiced_hz.known
        if count < self._next:
            return
        self._next = count + (RENEWAL_FRAMES if count >= EARLY_FRAMES else 1)
        if count >= f0.MIN_VOICED:
            floor_hz, ceiling_hz = f0.find_range(voiced_hz)
            low_hz, high_hz = np.median(voiced_hz) * np.array(NARROWEST)
            self.range_hz = min(floor_hz, low_hz), max(ceiling_hz, high_hz)
        inside = voiced_hz[(voiced_hz >= self.range_hz[0]) & (voiced_hz <= self.range_hz[1])]
        if len(inside):
            self.log_f0 = f0.of_unseen_speaker(inside, self._usual_std)
