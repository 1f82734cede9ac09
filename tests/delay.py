"""A converter that only delays, in place of `StreamingConverter`."""

from types import SimpleNamespace

import numpy as np


class Delay:
    """Gives the n-th sample in as the n-th sample out, `samples` samples later."""

    def __init__(self, rate=16000, samples=320):
        self.rate, self.bypass, self.f0_hz = rate, False, (120.0, 180.0)
        ms = 1000 * samples / rate
        self.latency = SimpleNamespace(terms=(("delay", ms),), ms=ms, samples=samples)
        self._waiting, self._left = np.zeros(0), samples

    def push(self, y):
        """Return the samples that are old enough."""
        self._waiting = np.append(self._waiting, y)
        count = max(len(self._waiting) - self._left, 0)
        ready, self._waiting = self._waiting[:count], self._waiting[count:]
        return ready

    def flush(self):
        """Return the rest."""
        return self._waiting
