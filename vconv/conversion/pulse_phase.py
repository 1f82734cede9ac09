"""The phase of WORLD's pulses: F0 that makes the pulses of a block go on where those of the block before are.

WORLD integrates F0 from the first sample on and puts a pulse where the number of cycles becomes whole. The frames of
a block before it is joined, whose signal is not kept, get the F0 that moves the pulses to those of the block before.
"""

import numpy as np

from vconv.audio import world

UNVOICED_HZ = 500.0  # WORLD's F0 of unvoiced frames in the integral
SETTLING_MS = 100.0  # from the lead to where the block is joined
LEAD_HZ = 200.0  # about the F0 of the lead


def cycles(f0_hz, samples, rate, frame_period_ms):
    """Return the number of cycles that WORLD counts in the first samples of a contour.

    Parameters
    ----------
    f0_hz : ndarray [T]
        0 where unvoiced.
    samples : int
        At most those before the last frame.
    rate : int
        In Hz.
    frame_period_ms : float
    """
    # In WORLD's order of operations, because rounding decides which sample between two frames is still voiced.
    seconds, centers = np.arange(samples) / rate, np.arange(len(f0_hz)) * (frame_period_ms / 1000)
    left = np.searchsorted(centers, seconds, side="right") - 1
    share = (seconds - centers[left]) / (centers[left + 1] - centers[left])
    contour_hz = np.where(f0_hz < rate / world.fft_size(rate) + 1, 0.0, f0_hz)

    def interpolated(values):
        return values[left] + share * (values[left + 1] - values[left])

    voiced = interpolated((contour_hz > 0).astype(np.float64)) > 0.5
    return float(np.where(voiced, interpolated(contour_hz), UNVOICED_HZ).sum() / rate)


class PulsePhase:
    """The F0 contours of the blocks of a recording, with continuous pulses; blocks are taken in order.

    Parameters
    ----------
    grid : vconv.conversion.blocks.Grid
    f0_hz : ndarray [T]
        That is synthesized.
    cuts : list of int
        Those of `Grid.cuts`.
    frame_period_ms : float
    """

    def __init__(self, grid, f0_hz, cuts, frame_period_ms):
        self._grid, self._f0_hz, self._frame_period_ms = grid, f0_hz, frame_period_ms
        self._cuts = iter(cuts)
        self._before = None  # the block before and its contour

    def of(self, block):
        """Return F0 [n] of a `Block`."""
        f0_hz = self._f0_hz[block.frames].copy()
        if self._before:
            before, contour_hz = self._before
            joined_ms = 1000 * (next(self._cuts) - block.first_sample) / self._grid.rate
            lead = int((joined_ms - SETTLING_MS) / self._frame_period_ms)
            anchor = self._grid.sample(lead + 2)  # from here on the contours agree
            wanted = self._cycles(contour_hz, block.first_sample - before.first_sample + anchor)
            found, higher = (
                self._cycles(np.append(np.full(lead, hz), f0_hz[lead:]), anchor) for hz in (LEAD_HZ, LEAD_HZ + 1)
            )
            f0_hz[:lead] = LEAD_HZ + (wanted - found) % 1 / (higher - found)
        self._before = block, f0_hz
        return f0_hz

    def _cycles(self, f0_hz, samples):
        return cycles(f0_hz, samples, self._grid.rate, self._frame_period_ms)
