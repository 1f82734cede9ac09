"""The strongest path through the F0 candidates of frames, found by dynamic programming (Boersma 1993, section 3)."""

import numpy as np

# Costs in units of the autocorrelation.
JUMP_COST = 0.35  # for each octave and 10 ms
TRANSITION_COST = 0.14  # for each change between voiced and unvoiced and 10 ms


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
        voiced = np.insert(np.isfinite(strength), 0, False, axis=1)
        strength = np.insert(strength, 0, unvoiced, axis=1)
        octaves = np.insert(np.log2(f0_hz), 0, 0.0, axis=1)
        self._f0_hz += np.where(voiced, np.insert(f0_hz, 0, 0.0, axis=1), 0.0).tolist()
        for row in zip(strength, voiced, octaves, strict=True):
            self._append(*row)

    def _append(self, strength, voiced, octaves):
        """Append one frame, given by arrays over its candidates, of which the first is the unvoiced one."""
        if self._best is None:
            previous, self._best = np.zeros(len(strength), int), strength
        else:
            old = self._voiced[:, None]
            jump = self._jump_cost * np.abs(self._octaves[:, None] - octaves)
            cost = np.where(old & voiced, jump, self._transition_cost * (old ^ voiced))
            total = self._best[:, None] - cost
            previous, self._best = total.argmax(axis=0), total.max(axis=0) + strength
        self._octaves, self._voiced = octaves, voiced
        self._previous.append(previous.tolist())

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
