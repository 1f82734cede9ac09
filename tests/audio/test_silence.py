"""Pauses of the recording in what was made of it: both ends, the fade, what stays out."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vconv.audio import silence

RATE, PERIOD_MS, HOP = 16000, 5.0, 80


def put_back(made, recording, spoken):
    return silence.keep_source_silence(np.asarray(made, float), np.asarray(recording, float), spoken, RATE, PERIOD_MS)


def noise(samples, seed=0):
    return np.random.default_rng(seed).standard_normal(samples)


def test_what_is_spoken_stays_and_a_pause_is_the_recording():
    made, recording = noise(800), noise(800, 1)
    recording -= np.median(recording)
    np.testing.assert_allclose(put_back(made, recording, np.ones(11)), made, atol=1e-12)
    np.testing.assert_array_equal(put_back(made, recording, np.zeros(11)), recording)


def test_between_them_is_a_fade_that_is_half_way_between_two_frames():
    spoken = np.arange(41) >= 20
    weight = put_back(np.ones(3201), np.zeros(3201), spoken)
    assert weight[19 * HOP + HOP // 2] == pytest.approx(0.5, abs=1e-9)
    # One frame's deviation: frame 20 is spoken by as much as half the Gaussian, its middle included.
    gaussian = np.exp(-0.5 * np.arange(-4, 5) ** 2)
    assert weight[20 * HOP] == pytest.approx(gaussian[4:].sum() / gaussian.sum(), abs=1e-6)
    assert (np.diff(weight) >= 0).all() and weight[15 * HOP] < 1e-3 and weight[25 * HOP] > 0.999


@given(st.integers(0, 2**32 - 1), st.integers(3, 40))
def test_what_was_made_is_never_turned_over_nor_made_louder(seed, frames):
    draw = np.random.default_rng(seed)
    made, spoken = draw.standard_normal(frames * HOP), draw.random(frames) < 0.5
    share = put_back(made, np.zeros(frames * HOP), spoken) / made
    assert (share >= 0).all() and (share <= 1 + 1e-12).all()


def test_behind_the_recording_is_silence_and_a_longer_one_is_cut():
    made = noise(1000)
    assert not put_back(made, np.zeros(900), np.zeros(13))[900:].any()
    assert len(put_back(made, noise(1500), np.zeros(13))) == 1000


def test_a_constant_offset_stays_out():
    room = noise(1600) * 1e-3
    room -= np.median(room)
    np.testing.assert_allclose(put_back(np.zeros(1600), room + 0.2, np.zeros(21)), room, atol=1e-12)
