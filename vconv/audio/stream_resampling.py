"""Resampling of a signal that comes in parts, with a delay of a few milliseconds: a windowed sinc in polyphase form."""

import math

import numpy as np

ZERO_CROSSINGS = 24  # of the sinc on each side
KAISER_BETA = 9.0  # of the window; the stop band is 90 dB down
ROLLOFF = 0.94  # half the gain is at this share of the lower Nyquist frequency


class StreamResampler:
    """Changes the sample rate; how the signal is cut into parts does not change a bit of the result.

    Parameters
    ----------
    rate, new_rate : int
        In Hz.

    Attributes
    ----------
    delay : int
        Samples of the input after the time of a sample of the result that must be there for it.
    """

    def __init__(self, rate, new_rate):
        divisor = math.gcd(rate, new_rate)
        self._up, self._down = new_rate // divisor, rate // divisor
        cutoff = ROLLOFF * min(1.0, new_rate / rate)  # of the input's Nyquist frequency
        self.delay = math.ceil(ZERO_CROSSINGS / cutoff) if self._up != self._down else 0
        if self.delay:
            distance = np.arange(1 - self.delay, self.delay + 1) - np.arange(self._up)[:, None] / self._up
            window = np.i0(KAISER_BETA * np.sqrt(np.maximum(1 - (distance / self.delay) ** 2, 0)))
            taps = np.sinc(cutoff * distance) * window
            self._taps = taps / taps.sum(axis=1, keepdims=True)
        self._waiting = np.zeros(max(self.delay - 1, 0))  # from `delay` - 1 before the next sample of the result on
        self._written, self._first = 0, 0  # samples of the result; the input sample at or before the next of them

    def push(self, y):
        """Return the next samples of the result, float64, after the input `y` [samples]."""
        if not self.delay:
            return np.asarray(y, np.float64)
        self._waiting = np.concatenate([self._waiting, y])
        # Sample n is at n · down / up; it needs `delay` input samples after the one at or before it.
        last = self._first + len(self._waiting) - 2 * self.delay  # the last position of which all are there
        count = max(-(-(last + 1) * self._up // self._down) - self._written, 0)
        numerators = (self._written + np.arange(count)) * self._down
        positions, phases = numerators // self._up - self._first, numerators % self._up
        self._written += count
        first = self._written * self._down // self._up
        result = np.zeros(0)
        if count:
            windows = np.lib.stride_tricks.sliding_window_view(self._waiting, 2 * self.delay)
            result = np.einsum("ij,ij->i", windows[positions], self._taps[phases])
        # The next sample may be beyond the input that is there.
        dropped = min(first - self._first, len(self._waiting))
        self._waiting, self._first = self._waiting[dropped:], self._first + dropped
        return result
