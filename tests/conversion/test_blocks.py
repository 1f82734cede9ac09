"""The grid of blocks, their joining, and the phase of pulses across blocks."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vconv.audio import world
from vconv.conversion import blocks
from vconv.conversion.pulse_phase import PulsePhase, cycles

RATE = 16000


@settings(max_examples=60, deadline=None)
@given(
    samples=st.integers(1, 10**7),
    rate=st.sampled_from([8000, 16000, 22050, 44100, 48000]),
    frame_period_ms=st.sampled_from([5.0, 10.0, 2.5, 256 / 22.05]),
)
def test_cores_cover_each_frame_once_with_context_on_both_sides(samples, rate, frame_period_ms):
    grid = blocks.Grid(samples, rate, frame_period_ms)
    covered = [np.arange(grid.frames)[block.frames][block.core] for block in grid.blocks]
    np.testing.assert_array_equal(np.concatenate(covered), np.arange(grid.frames))
    for block, core in zip(grid.blocks, covered, strict=True):
        assert block.frames.start == max(core[0] - grid.context, 0) and block.frames.start % 2 == 0
        assert block.frames.stop == min(core[-1] + 1 + grid.context, grid.frames)
        assert block.first_sample == pytest.approx(block.frames.start * rate * frame_period_ms / 1000, abs=1e-3)
        assert len(grid.blocks) == 1 or len(core) > grid.context
    assert grid.blocks[-1].last_sample == samples


def test_blocks_are_joined_where_the_recording_is_quietest(monkeypatch):
    monkeypatch.setattr(blocks, "CORE_S", 4.0)
    grid = blocks.Grid(10 * RATE, RATE, 5.0)
    energy = np.ones(grid.frames)
    energy[750:760] = energy[1655:1665] = energy[900:950] = 0.1  # the last are too far from a border
    assert [block.frames.start + block.core.start for block in grid.blocks] == [0, 800, 1600]
    for cut, pause in zip(grid.cuts(energy), [(750, 760), (1655, 1665)], strict=True):
        assert pause[0] <= cut / 80 < pause[1]


def test_equal_blocks_give_the_signal_back(monkeypatch):
    monkeypatch.setattr(blocks, "CORE_S", 4.0)
    y = np.random.default_rng(0).normal(size=10 * RATE + 7)
    grid = blocks.Grid(len(y), RATE, 5.0)
    parts = [y[block.first_sample : block.last_sample].copy() for block in grid.blocks]
    cuts = grid.cuts(np.random.default_rng(1).uniform(size=grid.frames))
    np.testing.assert_allclose(np.concatenate(list(blocks.join(grid.blocks, parts, cuts, RATE))), y, atol=1e-12)


def contour(frames):
    """Return F0 [T] that moves, with unvoiced stretches."""
    number = np.arange(frames)
    return np.where(number // 60 % 4 == 1, 0.0, 150 * 2 ** (0.5 * np.sin(number / 40)))


def test_cycles_are_whole_where_world_puts_a_pulse():
    f0_hz = contour(600)
    y = world.synthesize(f0_hz, np.full((600, 513), 1e-3), np.full((600, 513), 1e-3), RATE)
    peaks = np.flatnonzero((y[1:-1] > y[:-2]) & (y[1:-1] >= y[2:]) & (y[1:-1] > 0.6 * y.max())) + 1
    phases = np.array([cycles(f0_hz, peak, RATE, 5.0) for peak in peaks])
    assert len(peaks) > 100 and np.abs(phases - phases.round()).max() < 0.02


def test_pulses_of_neighboring_blocks_agree_where_they_are_joined(monkeypatch):
    monkeypatch.setattr(blocks, "CORE_S", 3.0)
    f0_hz = contour(2001)
    grid = blocks.Grid(10 * RATE, RATE, 5.0)
    cuts = grid.cuts(1.0 + np.random.default_rng(0).uniform(size=grid.frames))
    phase = PulsePhase(grid, f0_hz, cuts, 5.0)
    contours = [phase.of(block) for block in grid.blocks]
    for number, cut in enumerate(cuts):
        pair = zip(grid.blocks[number : number + 2], contours[number : number + 2], strict=True)
        before, after = (cycles(f0, cut - block.first_sample, RATE, 5.0) for block, f0 in pair)
        assert (after - before + 0.5) % 1 - 0.5 == pytest.approx(0, abs=0.06)
        settled = slice((cut - grid.blocks[number + 1].first_sample) // 80 - 15, None)
        frames = grid.blocks[number + 1].frames
        np.testing.assert_array_equal(contours[number + 1][settled], f0_hz[frames][settled])
