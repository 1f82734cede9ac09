"""PSOLA: WORLD measures the pitch that was asked for; formants, level, length and unvoiced stretches stay."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from voice import voice

from vconv.audio import world
from vconv.audio.psola import Chain, is_upright, marks, move_pitch, move_pitch_of_block

RATE, FRAMES = 16000, 201


def f0(hz, frames=FRAMES):
    return np.full(frames, float(hz))


@pytest.mark.parametrize("ratio", [0.55, 0.8, 1.0, 1.3, 1.9])
def test_pitch_changes_by_the_ratio_and_formants_stay(ratio):
    y = voice(160.0)
    moved = move_pitch(y, f0(160), f0(160 * ratio), RATE, 5.0)
    assert len(moved) == len(y)
    before, after = world.analyze(y, RATE, 80, 250), world.analyze(moved, RATE, 60, 400, "dio")
    inside = slice(20, -20)
    assert np.median(after.f0_hz[inside]) == pytest.approx(160 * ratio, rel=0.01)
    assert 10 * np.log10(np.square(moved).mean() / np.square(y).mean()) == pytest.approx(0, abs=1.5)
    levels = [10 * np.log10(analysis.spectrum[inside].mean(axis=0)[20:200]) for analysis in (before, after)]
    assert np.corrcoef(*levels)[0, 1] > 0.95
    for formant_hz in 700, 1200, 2600:  # above the level 400 Hz beside it, before and after
        for level in levels:
            center = round(formant_hz * 1024 / RATE) - 20
            assert level[center - 5 : center + 6].max() > level[center + 25] + 1


def test_each_frame_has_its_own_pitch():
    wanted = 160 * 2 ** np.linspace(-0.4, 0.4, FRAMES)
    found = world.analyze(move_pitch(voice(160.0), f0(160), wanted, RATE, 5.0), RATE, 80, 320).f0_hz
    np.testing.assert_allclose(found[20:-20], wanted[20:-20], rtol=0.03)


def test_pitch_marks_lie_on_the_pulses():
    y = np.random.default_rng(0).normal(size=RATE) * 0.01
    pulses = np.arange(37, RATE, 100)
    for sign in 1, -1:
        y[pulses] = sign
        found = marks(y, f0(160), RATE, 5.0)
        np.testing.assert_array_equal(found.positions, pulses)
        assert found.voiced.all() and (found.periods == 100).all()


def test_an_unvoiced_signal_is_unchanged():
    y = np.random.default_rng(0).normal(size=RATE)
    np.testing.assert_allclose(move_pitch(y, f0(0), f0(0), RATE, 5.0)[80:-80], y[80:-80], atol=1e-9)


def test_voiced_and_unvoiced_stretches_keep_their_times():
    hz = np.where((np.arange(FRAMES) > 60) & (np.arange(FRAMES) < 140), 160.0, 0.0)
    y = voice(np.repeat(hz, 80)[:RATE])
    moved = move_pitch(y, hz, 1.5 * hz, RATE, 5.0)
    quiet = np.r_[moved[:4600], moved[11500:]]
    assert quiet.std() < 1e-3 < 20 * 1e-3 < moved[5200:11000].std()


@settings(max_examples=40, deadline=None)
@given(
    samples=st.integers(1, 900),
    hz=st.lists(st.sampled_from([0.0, 60.0, 400.0, 8000.0]), min_size=1, max_size=9),
    ratio=st.floats(0.1, 3),
    seed=st.integers(0, 99),
)
def test_any_pitch_gives_a_finite_signal_of_the_same_length(samples, hz, ratio, seed):
    y = np.random.default_rng(seed).normal(size=samples)
    moved = move_pitch(y, np.array(hz), np.minimum(np.array(hz) * ratio, RATE / 2), RATE, 5.0)
    assert moved.shape == y.shape and np.isfinite(moved).all() and np.abs(moved).max() < 100
    assert not move_pitch(np.zeros(samples), np.array(hz), np.array(hz), RATE, 5.0).any()


def test_overlapping_blocks_agree_with_the_whole_signal():
    """Each block begins where the last one handed over; only a few periods at the ends of a block may differ."""
    rng, time = np.random.default_rng(0), np.arange(4 * RATE) / RATE
    y = voice(np.where(time % 0.5 < 0.35, 160 * 2 ** (0.3 * np.sin(7 * time)), 0.0), 4.0) + rng.normal(
        0, 1e-3, 4 * RATE
    )
    f0_hz = world.estimate_f0(y, RATE, 80, 300)
    whole = move_pitch(y, f0_hz, 1.4 * f0_hz, RATE, 5.0)
    chain, hop, length = Chain(upright=is_upright(np.sum(y**3))), RATE, 3 * RATE // 2
    for first in range(0, 3 * RATE, hop):
        part, frames = slice(first, first + length), slice(first // 80, (first + length) // 80)
        moved, chain = move_pitch_of_block(y[part], f0_hz[frames], 1.4 * f0_hz[frames], RATE, 5.0, chain, hop)
        inside = slice(0 if not first else 800, -800)
        np.testing.assert_allclose(moved[inside], whole[part][inside], atol=1e-12)
