"""Overlapping blocks of a recording on a fixed grid of frames, and how their results are joined.

A block has a core, which no other block has, and context on both sides, so that what is computed for the core hardly
depends on where the block ends. Neighbors are joined where the recording is quietest near the border of their cores.
"""

from fractions import Fraction
from typing import NamedTuple

import numpy as np

from vconv.audio.smoothing import gaussian_filter1d

CORE_S = 20.0
CONTEXT_S = 1.0  # on each side; more than models, filters and F0 tracking look at
LONGEST_WHOLE_S = CORE_S + 2 * CONTEXT_S  # seconds of a recording that is converted as a whole
FADE_S = 0.01  # cross-fade between two blocks
SMOOTHING_FRAMES = 2.0  # standard deviation of the Gaussian that smooths the energy, for the quietest frame
LARGEST_DENOMINATOR = 1000  # of the frame period in samples


class Block(NamedTuple):
    """A part of a recording.

    Attributes
    ----------
    frames : slice
        Of the recording.
    core : slice
        Of the block's own frames.
    first_sample, last_sample : int
        First sample, and the one after the last; frame 0 of the block is centered at the first.
    """

    frames: slice
    core: slice
    first_sample: int
    last_sample: int


class FrameGrid:
    """Frames on samples, in units that begin at a sample and at an even frame.

    So rounding, and the choice of every second frame, are the same wherever a part of a signal begins with a unit.

    Parameters
    ----------
    rate : int
        In Hz.
    frame_period_ms : float
    """

    def __init__(self, rate, frame_period_ms):
        self.rate, self._frame_period_ms = rate, frame_period_ms
        self._step = Fraction(rate * frame_period_ms / 1000).limit_denominator(LARGEST_DENOMINATOR)
        self._unit = int(np.lcm(self._step.denominator, 2))

    def frames_of(self, seconds):
        """Return the number of frames of whole units, at least one, that last about so many seconds."""
        return max(1, round(1000 * seconds / self._frame_period_ms / self._unit)) * self._unit

    def sample(self, frame):
        """Return the sample nearest to the center of a frame."""
        return round(frame * self._step.numerator / self._step.denominator)


class Grid(FrameGrid):
    """The blocks of a recording, each of which begins with a unit.

    Parameters
    ----------
    samples : int
        Length of the recording.
    rate : int
        In Hz.
    frame_period_ms : float

    Attributes
    ----------
    frames : int
        T, as WORLD counts them.
    blocks : list of Block
    """

    def __init__(self, samples, rate, frame_period_ms):
        super().__init__(rate, frame_period_ms)
        self.samples, self.frames = samples, int(1000 * samples / rate / frame_period_ms) + 1
        core, self.context = self.frames_of(CORE_S), self.frames_of(CONTEXT_S)
        # The last core is longer than the context, so that there is room for joining.
        firsts = range(0, max(self.frames - self.context, 1), core)
        lasts = [*firsts[1:], self.frames]
        self.blocks = [self._block(first, last) for first, last in zip(firsts, lasts, strict=True)]

    def _block(self, core_first, core_last):
        """Return the block with a core from one frame to before another."""
        first = max(core_first - self.context, 0)
        last = min(core_last + self.context, self.frames)
        last_sample = self.samples if last == self.frames else self.sample(last)
        return Block(slice(first, last), slice(core_first - first, core_last - first), self.sample(first), last_sample)

    def cuts(self, energy):
        """Return the samples at which the results of neighboring blocks are joined.

        Parameters
        ----------
        energy : ndarray [T]
            Of the recording; within half the context around the border of two cores, the quietest frame is taken.
        """
        cuts = []
        for block in self.blocks[1:]:
            border = block.frames.start + block.core.start
            first = max(border - self.context // 2, 0)
            near = gaussian_filter1d(energy[first : border + self.context // 2], SMOOTHING_FRAMES)
            cuts.append(self.sample(first + int(near.argmin())))
        return cuts


def join(blocks, results, cuts, rate):
    """Yield the signal of a recording from the signals of its blocks.

    Parameters
    ----------
    blocks : list of Block
    results : iterable of ndarray [n]
        The signal of each block.
    cuts : list of int
        Those of `Grid.cuts`; the signals are cross-faded over `FADE_S` around them.
    rate : int
        In Hz.
    """
    half = max(1, round(FADE_S * rate / 2))
    rise = np.square(np.sin(np.pi / 2 * (np.arange(2 * half) + 0.5) / (2 * half)))
    tail = np.zeros(0)
    for block, y, begin, end in zip(blocks, results, [None, *cuts], [*cuts, None], strict=True):
        first = 0 if begin is None else begin - half - block.first_sample
        piece = y[first:] if end is None else y[first : end + half - block.first_sample]
        piece[: len(tail)] = tail + rise[: len(tail)] * (piece[: len(tail)] - tail)
        kept = len(piece) if end is None else len(piece) - 2 * half
        yield piece[:kept]
        tail = piece[kept:]
