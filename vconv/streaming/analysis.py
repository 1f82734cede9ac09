"""WORLD's analysis of a signal that comes in blocks of frames."""

import numpy as np

from vconv.audio import world
from vconv.audio.f0_estimation import refine
from vconv.common.errors import VconvError
from vconv.conversion.blocks import FrameGrid
from vconv.features.analysis import to_frames
from vconv.features.content.interface import ContentEncoder
from vconv.streaming.f0_tracker import F0Tracker

BLOCK_MS = 20.0
DECISION_BLOCKS = 1  # after which F0 is decided for the spectral envelope
MARGIN_MS = 60.0  # of signal before and after a frame; more than CheapTrick and D4C look at


class BlockGrid(FrameGrid):
    """Frames and samples of blocks, each of which begins at a sample and at an even frame.

    Parameters
    ----------
    rate : int
        In Hz.
    frame_period_ms : float

    Attributes
    ----------
    frames, samples : int
        In a block.
    """

    def __init__(self, rate, frame_period_ms):
        super().__init__(rate, frame_period_ms)
        self.frames = self.frames_of(BLOCK_MS / 1000)
        self.samples = self.sample(self.frames)

    def blocks_of(self, frames):
        """Return how many whole blocks hold so many frames."""
        return -(-frames // self.frames)

    def milliseconds(self, samples):
        """Return the length of so many samples."""
        return 1000 * samples / self.rate


class StreamAnalysis:
    """Analysis of a signal that comes in parts, each as long as `next_samples` says.

    F0 is decided twice: after `DECISION_BLOCKS` for the features, and when the features are converted for the
    synthesis.

    Parameters
    ----------
    grid : BlockGrid
    frame_period_ms : float
    f0_range_hz : (floor, ceiling)
    running_f0 : vconv.streaming.source_f0.RunningF0 or None
        Finds the speaker's range within this one; None if it is the speaker's.
    encoder : vconv.features.content.interface.ContentEncoder
    kept : int
        Blocks whose signal and F0 are known, the newest included.

    Attributes
    ----------
    blocks : int
        Of which the F0 candidates are known.

    Raises
    ------
    VconvError
        The content is computed from the signal of a whole utterance.
    """

    def __init__(self, grid, frame_period_ms, f0_range_hz, running_f0, encoder, kept):
        if type(encoder).extract is not ContentEncoder.extract:
            raise VconvError(
                f"the content {encoder.name} of this model is computed from whole recordings, so it cannot stream; "
                "use `vconv convert`"
            )
        self._grid, self._frame_period_ms, self._encoder = grid, frame_period_ms, encoder
        self._tracker = F0Tracker(grid.rate, f0_range_hz, frame_period_ms, kept * grid.frames, running_f0)
        self._margin = -(-int(MARGIN_MS / frame_period_ms) // grid.frames)  # in blocks
        silence = max(self._margin * grid.samples, self._tracker.reach)
        self._y, self._first = np.zeros(silence), -silence  # the signal, and the number of its first sample
        self._kept, self.blocks = kept, 0
        self._refined = {}  # number of a block that is kept → its F0 before and after the refinement

    @property
    def reach(self):
        """Samples after the center of a frame that must be there for its F0."""
        return self._tracker.reach

    @property
    def next_samples(self):
        """Number of samples that the next block of frames needs."""
        last = self._grid.sample((self.blocks + 1) * self._grid.frames - 1)
        return last + self.reach + 1 - self._first - len(self._y)

    def push(self, y, gain):
        """Add `next_samples` samples; return the `Frames` of the block before the newest `DECISION_BLOCKS`, or None.

        `gain` takes the signal to the reference level, at which it is analyzed. Energies are those of `y` itself.
        """
        self._y = np.concatenate([self._y, y])
        numbers = self.blocks * self._grid.frames + np.arange(self._grid.frames)
        centers = np.array([self._grid.sample(number) for number in numbers]) - self._first
        begin = centers[0] - self._tracker.reach
        self._tracker.push(self._y[begin:], centers - begin)
        self.blocks += 1
        self._refined.pop(self.blocks - 1 - self._kept, None)
        frames = None
        if self.blocks > DECISION_BLOCKS:
            frames = self._frames(self.blocks - 1 - DECISION_BLOCKS, gain)
        dropped = self._grid.samples * (self.blocks - self._kept - self._margin) - self._first
        if dropped > 0:
            self._y, self._first = self._y[dropped:], self._first + dropped
        return frames

    def f0_hz(self, block):
        """Return F0 [frames] of a block that is kept, as far as it is decided, refined."""
        known_hz = self._tracker.f0_hz
        end = len(known_hz) - (self.blocks - 1 - block) * self._grid.frames
        f0_hz = np.ascontiguousarray(known_hz[end - self._grid.frames : end])
        before_hz, refined_hz = self._refined.get(block, (None, None))
        if not np.array_equal(f0_hz, before_hz):
            segment, lead = self._around(block)
            refined_hz = refine(segment, f0_hz, self._grid.rate, self._frame_period_ms, lead)
            self._refined[block] = f0_hz, refined_hz
        return refined_hz

    def aperiodicity(self, block, f0_hz):
        """Return the coded aperiodicity [frames, bands] of a block that is kept, with F0 [frames]."""
        segment, lead = self._around(block)
        found = world.estimate_aperiodicity(segment, f0_hz, self._grid.rate, self._frame_period_ms, lead)
        return world.code_aperiodicity(found, self._grid.rate)

    def signal(self, first, last):
        """Return the samples from number `first` to before `last`; before the beginning they are zeros."""
        return self._y[first - self._first : last - self._first]

    def _around(self, block):
        """Return the signal around a block, and the number of its frame that is the first of the block."""
        lead = self._margin * self._grid.frames
        first = self._grid.sample(block * self._grid.frames) - self._margin * self._grid.samples
        last = self._grid.sample((block + 1) * self._grid.frames) + self._margin * self._grid.samples
        return np.ascontiguousarray(self.signal(first, last)), lead

    def _frames(self, block, gain):
        f0_hz = self.f0_hz(block)
        segment, lead = self._around(block)
        rate = self._grid.rate
        analysis = world.analyze_with_f0(segment * gain, f0_hz, rate, self._frame_period_ms, lead)
        frames = to_frames(segment, analysis, rate, self._encoder)
        return frames._replace(energy=frames.energy / gain**2)
