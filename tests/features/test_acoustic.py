"""Acoustic features of stored frames, the speech mask, and the default content."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vconv.audio import mel_cepstrum
from vconv.features import acoustic, content
from vconv.features.schema import Frames


def test_speech_frames_are_those_above_25_db_below_the_mean_power():
    energy = np.ones(1000)
    energy[:3] = 10**-2.48, 10**-2.52, 0  # the mean is 0.997, or -0.013 dB
    assert acoustic.speech_mask(energy).tolist() == [True, False, False, *[True] * 997]
    assert acoustic.speech_mask(energy.astype(np.float32)).sum() == 998
    energy[500] = 1e3  # the mean is 3 dB, the threshold -22 dB
    energy[:2] = 10**-2.15, 10**-2.25
    assert acoustic.speech_mask(energy)[:2].tolist() == [True, False]


@settings(max_examples=30, deadline=None)
@given(st.lists(st.floats(1e-10, 1e6), min_size=1, max_size=20), st.floats(1e-6, 1e6))
def test_the_speech_mask_does_not_depend_on_the_level_and_holds_the_loudest_frame(energy, gain):
    mask = acoustic.speech_mask(np.array(energy))
    assert mask[np.argmax(energy)]
    np.testing.assert_array_equal(acoustic.speech_mask(np.array(energy) * gain), mask)


def test_mel_cepstra_are_of_the_spectrum_times_the_energy():
    power = np.exp(2 * np.array([1.0, -2.0]))
    flat = acoustic.mel_cepstra(np.full((2, 513), -np.log10(513)), power * 513, 16000)
    assert flat.shape == (2, 40) and flat.dtype == np.float64
    np.testing.assert_allclose(flat, np.outer([1.0, -2.0], np.eye(40)[0]), atol=1e-9)


@pytest.mark.parametrize(("rate", "bins"), [(16000, 513), (22050, 513), (48000, 1025)])
def test_mel_cepstra_of_a_spectrum_made_of_them_are_the_same(rate, bins):
    expected = np.random.default_rng(0).standard_normal((5, 40)) / np.arange(1, 41)
    power = mel_cepstrum.to_spectrum(expected, bins, mel_cepstrum.mel_alpha(rate))
    energy = power.sum(axis=1)
    found = acoustic.mel_cepstra(np.log10(power / energy[:, None]), energy, rate)
    np.testing.assert_allclose(found, expected, atol=1e-5)


@pytest.fixture
def frames():
    """Four frames of 0, 0, -16 and -99 dB; the first two are voiced."""
    return Frames(
        None,
        np.float32([1, 1, 10**-1.6, 10**-9.9]),
        np.float32([100, 120, 0, 0]),
        np.float32([[-6, -12], [0, 0], [-12, -12], [-60, 0]]),
        np.random.default_rng(1).normal(size=(4, 40)).astype(np.float32),
    )


def encode(cepstra, frames, mean, std):
    features = acoustic.acoustic_features(frames._replace(mel_cepstrum=cepstra))
    return content.encoder("mel_cepstrum").encode(features, frames, mean, std)


def test_the_default_content_by_hand(frames):
    mean, std = np.arange(40.0), np.arange(1.0, 41.0)
    found = encode(mean + np.outer([0, 1, -1, 3], std), frames, mean, std)
    assert found.shape == (4, content.encoder("mel_cepstrum").size) == (4, 27) and found.dtype == np.float32
    np.testing.assert_allclose(found[:, :24], np.outer([0, 1, -1, 3], np.ones(24)), atol=1e-6)
    power_db = np.array([0, 0, -16, -99]) + 16 / 3  # over the mean of the three speech frames
    np.testing.assert_allclose(found[:, 24], power_db / 8, atol=1e-5)
    assert found[:, 25].tolist() == [2, 2, 0, 0]
    np.testing.assert_allclose(found[:, 26], np.array([-9, 0, -12, -30]) / 6, atol=1e-6)


def test_acoustic_features_are_relative_power_and_coefficients_1_to_39(frames):
    power = acoustic.relative_power(frames.energy)
    np.testing.assert_allclose(power, (np.array([0, 0, -16, -99]) + 16 / 3) / 8, atol=1e-6)
    found = acoustic.acoustic_features(frames)
    assert found.dtype == np.float64
    np.testing.assert_array_equal(found, np.column_stack([power, frames.mel_cepstrum[:, 1:]]))


def test_content_depends_neither_on_level_nor_c0_nor_on_coefficients_above_24(frames):
    random = np.random.default_rng(0)
    cepstra, mean, std = random.normal(size=(4, 40)), random.normal(size=40), random.uniform(1, 2, 40)
    mean[0] = 0
    expected = encode(cepstra, frames, mean, std)
    louder = frames._replace(energy=frames.energy * np.float32(7))
    cepstra[:, 0], cepstra[:, 25:] = 9, -9
    np.testing.assert_allclose(encode(cepstra, louder, mean, std), expected, atol=1e-5)
