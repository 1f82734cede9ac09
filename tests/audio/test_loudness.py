"""The level of speech, the reference level, and the limiter of peaks."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vconv.audio import loudness

RATE = 16000
BLOCK = RATE // 50
REACH = RATE // 100  # samples from a peak within which the limiter acts: 10 ms


def noise(samples, seed=0):
    return np.random.default_rng(seed).standard_normal(samples)


def test_the_power_of_blocks_by_hand():
    y = np.repeat([1.0, 2.0, 0.0, 9.0], [BLOCK, BLOCK, BLOCK, BLOCK - 1])
    np.testing.assert_allclose(loudness.block_power(y, RATE), [1, 4, 0])
    np.testing.assert_allclose(loudness.block_power([3.0, 4.0], RATE), [12.5])  # shorter than a block
    assert loudness.block_power(np.zeros(0), RATE).shape == (0,)


def test_the_level_is_that_of_the_blocks_above_the_gate_by_hand():
    """The mean power is (4 + 1 + 0.1) / 3 = 1.7, so the gate is at 0.17."""
    assert loudness.speech_level(np.repeat(np.sqrt([4.0, 1.0, 0.1]), BLOCK), RATE) == pytest.approx(np.sqrt(2.5))
    assert loudness.speech_level(np.full(RATE, 0.3), RATE) == pytest.approx(0.3)
    assert loudness.speech_level(np.zeros(RATE), RATE) == loudness.speech_level(np.zeros(0), RATE) == 0.0


@pytest.mark.parametrize("pause", [0.0, 1e-3])
def test_pauses_do_not_change_the_level(pause):
    speech = noise(RATE)
    silence = pause * noise(2 * RATE, 1)
    together = np.concatenate([silence, speech, silence])
    assert loudness.speech_level(together, RATE) == pytest.approx(loudness.speech_level(speech, RATE), rel=1e-9)


@settings(max_examples=20, deadline=None)
@given(exponent=st.floats(-6, 3))
def test_the_reference_level_is_reached_from_any_level_and_left_by_the_gain(exponent):
    y = 10**exponent * noise(4000) * np.repeat([1.0, 0.01, 0.5, 0.0], 1000)
    at_reference, gain = loudness.to_reference_level(y, RATE)
    assert loudness.speech_level(at_reference, RATE) == pytest.approx(loudness.REFERENCE_LEVEL)
    np.testing.assert_allclose(at_reference * gain, y)
    np.testing.assert_allclose(at_reference, loudness.to_reference_level(y * 10**-exponent, RATE)[0])
    assert loudness.speech_level(loudness.match_level(noise(4000, 1), y, RATE), RATE) == pytest.approx(
        loudness.speech_level(y, RATE)
    )


def test_digital_silence_stays_as_it_is():
    silence = np.zeros(RATE)
    found, gain = loudness.to_reference_level(silence, RATE)
    assert gain == 1.0 and not found.any()
    assert not loudness.match_level(silence, noise(RATE), RATE).any()
    assert not loudness.match_level(noise(RATE), silence, RATE).any()


def test_a_signal_without_high_peaks_is_returned_as_it_is():
    for y in (loudness.PEAK * np.sin(np.arange(RATE)), np.zeros(RATE), np.zeros(0)):
        assert loudness.limit(y, RATE) is y


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 99), peaks=st.integers(1, 6), loudest=st.floats(0.99, 20))
def test_peaks_are_limited_smoothly_and_nothing_changes_far_from_them(seed, peaks, loudest):
    draw = np.random.default_rng(seed)
    y = 0.3 * np.sin(np.arange(RATE // 2) + 0.1) + 0.01
    at = draw.integers(0, len(y), peaks)
    y[at] = loudest * draw.choice([-1, 1], peaks)
    limited = loudness.limit(y, RATE)
    assert np.abs(limited).max() <= loudness.PEAK + 1e-12
    far = np.abs(np.arange(len(y))[:, None] - at).min(axis=1) > REACH
    np.testing.assert_allclose(limited[far], y[far], rtol=1e-9)
    gain = limited / y
    assert gain.max() <= 1 + 1e-9 and np.abs(np.diff(gain)).max() < 3 / REACH  # from 1 to 0 in more than 3 ms


def test_a_peak_gets_the_gain_that_it_needs_and_a_loud_stretch_keeps_its_shape():
    y = np.full(RATE, 0.1)
    y[8000] = 1.96
    assert loudness.limit(y, RATE)[8000] == pytest.approx(loudness.PEAK)
    loud = 2 * np.sin(2 * np.pi * 200 * np.arange(RATE) / RATE)
    np.testing.assert_allclose(loudness.limit(loud, RATE)[REACH:-REACH], loudness.PEAK / 2 * loud[REACH:-REACH])
