"""The log-F0 statistics of a source speaker who is heard for the first time."""

import numpy as np

from vconv.audio import f0
from vconv.features.running_statistics import CENT, Percentiles

RENEWAL_FRAMES = 40  # voiced, after which the statistics are found again
EARLY_FRAMES = 400  # up to here after every block


class RunningLogF0:
    """`f0.LogF0` of all voiced frames so far.

    Parameters
    ----------
    usual_std : float
        As of `f0.with_usual_movement`.
    """

    def __init__(self, usual_std):
        self._usual_std, self._percentiles = usual_std, Percentiles(CENT)
        self._sum = self._squares = 0.0
        self._count = self._known = 0
        self.newest = None  # before any voiced frame

    def add(self, f0_hz):
        """Count the voiced frames of F0 [n]."""
        log_f0 = np.log(f0_hz[f0_hz > 0])
        self._percentiles.add(log_f0)
        self._count += len(log_f0)
        self._sum, self._squares = self._sum + log_f0.sum(), self._squares + np.square(log_f0).sum()
        renewal = RENEWAL_FRAMES if self._count > EARLY_FRAMES else 1
        if self._count - self._known >= renewal:
            self._known, mean = self._count, self._sum / self._count
            std = np.sqrt(max(self._squares / self._count - mean**2, 0.0))
            own = f0.LogF0(float(mean), float(std), self._percentiles.at(f0.PERCENTILES))
            self.newest = f0.with_usual_movement(own, self._usual_std)
