"""The source of a stream, delayed until the converted samples are there."""

import numpy as np

FADE_S = 0.01  # from the converted signal to the source and back


class DelayLine:
    """Keeps what went in until it comes out.

    Parameters
    ----------
    rate : int
        In Hz.
    """

    def __init__(self, rate):
        self._y, self._step, self._share = np.zeros(0), 1 / max(1, round(FADE_S * rate)), 0.0

    @property
    def waiting(self):
        """Number of samples that went in and did not come out."""
        return len(self._y)

    def push(self, y):
        """Add samples [n] of the source."""
        self._y = np.concatenate([self._y, y])

    def pop(self, converted, bypass):
        """Return the next samples: `converted` [n], or the source's own if `bypass`; a change is faded.

        Converted samples beyond those that went in are dropped.
        """
        converted = converted[: len(self._y)]
        source, self._y = self._y[: len(converted)], self._y[len(converted) :]
        ramp = self._step * np.arange(1, len(converted) + 1)
        share = np.clip(self._share + (ramp if bypass else -ramp), 0.0, 1.0)
        self._share = float(share[-1]) if len(share) else self._share
        return share * source + (1 - share) * converted
