"""The recording's own signal in the pauses of the converted one: speech and pause, the fade, length, offset."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vconv.audio import silence

RATE, PERIOD_MS, HOP = 16000, 5.0, 80


def keep_silence(converted, recording, mask):
    return silence.keep_source_silence(
        np.asarray(converted, float), np.asarray(recording, float), mask, RATE, PERIOD_MS
    )


def noise(samples, seed=0):
    return np.random.default_rng(seed).standard_normal(samples)


def test_speech_is_the_converted_signal_and_a_pause_is_the_recording():
    converted, recording = noise(800), noise(800, 1)
    recording -= np.median(recording)
    np.testing.assert_allclose(keep_silence(converted, recording, np.ones(11)), converted, atol=1e-12)
    np.testing.assert_array_equal(keep_silence(converted, recording, np.zeros(11)), recording)


def test_the_fade_is_half_way_between_a_pause_frame_and_a_speech_frame():
    mask = np.arange(41) >= 20
    weight = keep_silence(np.ones(3201), np.zeros(3201), mask)
    assert weight[19 * HOP + HOP // 2] == pytest.approx(0.5, abs=1e-9)
    # The standard deviation is one frame: at frame 20 the weight is half of the Gaussian, its center included.
    gaussian = np.exp(-0.5 * np.arange(-4, 5) ** 2)
    assert weight[20 * HOP] == pytest.approx(gaussian[4:].sum() / gaussian.sum(), abs=1e-6)
    assert (np.diff(weight) >= 0).all() and weight[15 * HOP] < 1e-3 and weight[25 * HOP] > 0.999


@given(st.integers(0, 2**32 - 1), st.integers(3, 40))
def test_the_share_of_the_converted_signal_is_between_0_and_1(seed, frames):
    draw = np.random.default_rng(seed)
    converted, mask = draw.standard_normal(frames * HOP), draw.random(frames) < 0.5
    share = keep_silence(converted, np.zeros(frames * HOP), mask) / converted
    assert (share >= 0).all() and (share <= 1 + 1e-12).all()


def test_after_the_end_of_the_recording_is_silence_and_a_longer_one_is_cut():
    converted = noise(1000)
    assert not keep_silence(converted, np.zeros(900), np.zeros(13))[900:].any()
    assert len(keep_silence(converted, noise(1500), np.zeros(13))) == 1000


def test_a_constant_offset_of_the_recording_is_removed():
    background = noise(1600) * 1e-3
    background -= np.median(background)
    np.testing.assert_allclose(keep_silence(np.zeros(1600), background + 0.2, np.zeros(21)), background, atol=1e-12)
