"""The strongest path through the F0 candidates of frames, found by dynamic programming (Boersma 1993, section 3)."""

import numpy as np

# Costs in units of the autocorrelation.
JUMP_COST = 0.35  # for each octave and 10 ms
TRANSITION_COST = 0.14  # for each change between voiced and unvoiced and 10 ms

CHUNK_FRAMES = 1000  # whose costs are computed at once; bounds the memory


class Path:
    """The strongest path through frames that are appended one after the other.

    Parameters
    ----------
    frame_period_ms : float
    """

    def __init__(self, frame_period_ms):
        scale = frame_period_ms / 10
        self._jump_cost, self._transition_cost = JUMP_COST / scale, TRANSITION_COST / scale
        self._best = None  # strength of the strongest path to each candidate of the last frame
        self._octaves, self._voiced = None, None  # of the candidates of the last frame
        self._previous, self._f0_hz = [], []  # lists over the candidates of each frame

    def append(self, f0_hz, strength, unvoiced):
        """Append frames.

        Parameters
        ----------
        f0_hz, strength : ndarray [n, candidates]
            Strength is -inf where there is no candidate.
        unvoiced : ndarray [n]
            Strength of the unvoiced candidate.
        """
        zeros = np.zeros(len(f0_hz))  # the unvoiced candidate is the first one
        voiced = np.column_stack([zeros > 0, np.isfinite(strength)])
        strength, octaves, f0_hz = map(np.column_stack, ([unvoiced, strength], [zeros, np.log2(f0_hz)], [zeros, f0_hz]))
        self._f0_hz += np.where(voiced, f0_hz, 0.0).tolist()
        for first in range(0, len(f0_hz), CHUNK_FRAMES):
            part = slice(first, first + CHUNK_FRAMES)
            self._append(strength[part], voiced[part], octaves[part])

    def _append(self, strength, voiced, octaves):
        """Append frames, given by arrays [n, candidates]."""
        if self._best is None:
            self._best, self._octaves, self._voiced = strength[0], octaves[:1], voiced[:1]
            self._previous.append([0] * len(self._best))
            strength, voiced, octaves = strength[1:], voiced[1:], octaves[1:]
        octaves, voiced = np.concatenate([self._octaves, octaves]), np.concatenate([self._voiced, voiced])
        jump = self._jump_cost * np.abs(octaves[:-1, :, None] - octaves[1:, None])
        old, new = voiced[:-1, :, None], voiced[1:, None]
        for of_frame, cost in zip(
            strength, np.where(old & new, jump, self._transition_cost * (old ^ new)), strict=True
        ):
            total = self._best[:, None] - cost
            self._previous.append(total.argmax(axis=0).tolist())
            self._best = total.max(axis=0) + of_frame
        self._octaves, self._voiced = octaves[-1:], voiced[-1:]

    def trace(self):
        """Return F0 [T], 0 where unvoiced, of the frames that are kept, along the strongest path to the last frame."""
        found_hz, candidate = [], int(self._best.argmax())
        for f0_hz, previous in zip(reversed(self._f0_hz), reversed(self._previous), strict=True):
            found_hz.append(f0_hz[candidate])
            candidate = previous[candidate]
        return np.array(found_hz[::-1])

    def keep(self, frames):
        """Forget all frames but the last ones; the strength of the paths stays bounded."""
        del self._previous[:-frames], self._f0_hz[:-frames]
        self._best = self._best - self._best.max()
