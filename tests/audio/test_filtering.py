"""Filtering with a gain for each frame: a constant gain equals a filter of SciPy, and each frame has its own gain."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.signal import firwin2, oaconvolve

from vconv.audio.filtering import filter_frames

RATE, FRAMES, BINS = 16000, 101, 513
NOISE = np.random.default_rng(0).normal(size=8000)


def test_a_gain_of_1_changes_nothing():
    np.testing.assert_allclose(filter_frames(NOISE, np.ones((FRAMES, BINS)), RATE, 5.0), NOISE, atol=1e-12)


def test_a_constant_gain_is_a_zero_phase_filter():
    gain = 1 + 0.8 * np.cos(np.linspace(0, 6 * np.pi, BINS))
    taps = firwin2(401, np.linspace(0, 1, BINS), gain)
    expected = oaconvolve(NOISE, taps, "same")
    found = filter_frames(NOISE, np.tile(gain, (FRAMES, 1)), RATE, 5.0)
    np.testing.assert_allclose(found[600:-600], expected[600:-600], atol=0.02)


def test_each_frame_has_its_own_gain():
    gain = np.repeat([1.0, 3.0], [51, 50])[:, None] * np.ones(BINS)
    found = filter_frames(NOISE, gain, RATE, 5.0) / NOISE
    np.testing.assert_allclose(found[:3700], 1)
    np.testing.assert_allclose(found[4400:], 3)
    assert 1.9 < found[4020:4060].mean() < 2.1


@pytest.mark.parametrize(("rate", "bins"), [(22050, 513), (48000, 1025)])
def test_a_gain_of_2_doubles_the_signal_at_other_rates(rate, bins):
    y = NOISE[: rate // 10]
    frames = len(y) * 1000 // (rate * 5) + 1
    np.testing.assert_allclose(filter_frames(y, np.full((frames, bins), 2.0), rate, 5.0), 2 * y, atol=1e-12)


@given(st.integers(1, 700), st.integers(0, 9))
def test_a_gain_of_1_keeps_short_signals(samples, seed):
    y = np.random.default_rng(seed).normal(size=samples)
    found = filter_frames(y, np.ones((samples // 80 + 1, BINS)), RATE, 5.0)
    np.testing.assert_allclose(found, y, atol=1e-12)
