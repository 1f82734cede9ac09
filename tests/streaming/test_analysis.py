"""The analysis of a stream beside that of the whole signal, and what is found about an unseen speaker."""

import numpy as np
import pytest
from voice import voice

from vconv.audio import f0, world
from vconv.features.content.mel_cepstrum import Content
from vconv.streaming.analysis import DECISION_BLOCKS, BlockGrid, StreamAnalysis
from vconv.streaming.f0_tracker import F0Tracker
from vconv.streaming.source_f0 import NARROWEST, RunningF0

RATE, PERIOD_MS, RANGE_HZ = 16000, 5.0, (80.0, 400.0)
SECONDS = np.arange(3 * RATE) / RATE
MELODY_HZ = np.where((SECONDS > 1.0) & (SECONDS < 1.6), 0.0, 180 * 2 ** (0.3 * np.sin(2 * np.pi * 1.5 * SECONDS)))


def analyzed(y, kept=6):
    """Return F0 [T], as decided last, and the `Frames` of the blocks of a stream."""
    grid = BlockGrid(RATE, PERIOD_MS)
    analysis, f0_hz, frames = StreamAnalysis(grid, PERIOD_MS, RANGE_HZ, None, Content(), kept), [], []
    while len(y) >= analysis.next_samples:
        count = analysis.next_samples
        frames.append(analysis.push(y[:count], 1.0))
        y = y[count:]
        if analysis.blocks >= kept:
            f0_hz.append(analysis.f0_hz(analysis.blocks - kept))
    return np.concatenate(f0_hz), frames[DECISION_BLOCKS:]


def test_f0_is_within_five_cents_of_that_of_the_whole_signal():
    y = voice(MELODY_HZ, seconds=3.0)
    found, _ = analyzed(y)
    expected = world.estimate_f0(y, RATE, *RANGE_HZ)[: len(found)]
    assert ((found > 0) != (expected > 0)).mean() < 0.02
    both = (found > 0) & (expected > 0)
    assert both.sum() > 400 and (1200 * np.abs(np.log2(found[both] / expected[both])) < 5).mean() > 0.99


def test_envelope_and_energy_are_those_of_the_whole_signal_where_f0_is():
    y = voice(MELODY_HZ, seconds=3.0)
    _, frames = analyzed(y)
    whole = world.analyze(y, RATE, *RANGE_HZ)
    log_spectrum, energy = world.normalize_energy(whole.spectrum)
    same = 0
    for number, block in enumerate(frames):
        rows = slice(4 * number, 4 * number + 4)
        agree = np.abs(block.f0_hz - whole.f0_hz[rows]) < 0.01 * whole.f0_hz[rows]
        same += agree.sum()
        np.testing.assert_allclose(block.energy[agree], energy[rows][agree], rtol=0.05)
        assert np.abs(block.spectrum[agree] - log_spectrum[rows][agree]).mean() < 0.02 if agree.any() else True
    assert same > 400


@pytest.mark.parametrize("f0_hz", [95.0, 230.0])
def test_the_range_of_an_unseen_speaker_narrows_around_the_voice_and_leaves_out_octave_errors(f0_hz):
    running = RunningF0((60.0, 600.0), 0.2)
    assert running.log_f0 is None and running.range_hz == (60.0, 600.0)
    melody = f0_hz * 2 ** (0.2 * np.sin(np.arange(2000) / 30))
    melody[::50] *= 2
    for block in np.split(melody, 500):
        running.add(block)
    floor_hz, ceiling_hz = running.range_hz
    assert floor_hz <= f0_hz * NARROWEST[0] * 1.05 and f0_hz * 1.5 < ceiling_hz < f0_hz * 1.99
    expected = f0.log_f0_statistics(melody[np.arange(2000) % 50 > 0])
    np.testing.assert_allclose(running.log_f0.percentiles, expected.percentiles, atol=0.02)


@pytest.mark.parametrize("f0_hz", [606.0, 617.0, 630.0])
def test_a_voice_beyond_the_widest_range_has_statistics_wherever_it_is_voiced(f0_hz):
    running = RunningF0((60.0, 600.0), 0.2)
    tracker = F0Tracker(RATE, running.range_hz, PERIOD_MS, 12, running)
    y, grid = voice(np.full(RATE, f0_hz), seconds=1.0), BlockGrid(RATE, PERIOD_MS)
    for first in range(2 * tracker.reach, len(y) - 2 * tracker.reach, grid.samples):
        part = y[first - tracker.reach : first + grid.samples + tracker.reach]
        tracker.push(part, tracker.reach + grid.samples // grid.frames * np.arange(grid.frames))
        assert bool(running.log_f0) >= bool(tracker.f0_hz[: grid.frames].any() and len(tracker.f0_hz) == 12)
        assert (tracker.f0_hz <= 600).all()
    assert running.log_f0 is None or np.exp(running.log_f0.percentiles.max()) <= 601
