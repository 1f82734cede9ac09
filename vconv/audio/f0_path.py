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
        self._previous, self._octaves, self._voiced = [], [], []

    def append(self, f0_hz, strength, unvoiced):
        """Append frames.

        Parameters
        ----------
        f0_hz, strength : ndarray [n, candidates]
            Strength is -inf where there is no candidate.
        unvoiced : ndarray [n]
            Strength of the unvoiced candidate.
        """
        strength = np.column_stack([unvoiced, strength])
        voiced = np.isfinite(strength)
        voiced[:, 0] = False
        octaves = np.log2(np.column_stack([np.ones(len(unvoiced)), f0_hz]))
        for row in zip(strength, voiced, octaves, strict=True):
            self._append(*row)

    def _append(self, strength, voiced, octaves):
        """Append one frame, given by arrays over its candidates, of which the first is the unvoiced one."""
        if self._best is None:
            previous, self._best = np.zeros(len(strength), int), strength
        else:
            old = self._voiced[-1][:, None]
            jump = self._jump_cost * np.abs(self._octaves[-1][:, None] - octaves)
            cost = np.where(old & voiced, jump, self._transition_cost * (old ^ voiced))
            total = self._best[:, None] - cost
            previous, self._best = total.argmax(axis=0), total.max(axis=0) + strength
        for kept, new in zip(self._kept(), (previous, octaves, voiced), strict=True):
            kept.append(new)

    def trace(self):
        """Return F0 [T], 0 where unvoiced, of the frames that are kept, along the strongest path to the last frame."""
        f0_hz, candidate = np.zeros(len(self._previous)), int(self._best.argmax())
        for frame in range(len(f0_hz) - 1, -1, -1):
            if self._voiced[frame][candidate]:
                f0_hz[frame] = 2.0 ** self._octaves[frame][candidate]
            candidate = self._previous[frame][candidate]
        return f0_hz

    def keep(self, frames):
        """Forget all frames but the last ones; the strength of the paths stays bounded."""
        for kept in self._kept():
            del kept[:-frames]
        self._best = self._best - self._best.max()

    def _kept(self):
        return self._previous, self._octaves, self._voiced
