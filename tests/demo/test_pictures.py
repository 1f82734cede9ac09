"""Pictures: the peak lies at the frequency of a tone, levels are those of the signal, F0 is that of a voice."""

import base64

import numpy as np
import pytest
from voice import voice

from vconv.demo import pictures

RATE = 16000


def levels_of(picture):
    """Return the spectrogram, [columns, bands]."""
    levels = np.frombuffer(base64.b64decode(picture["spectrogram"]), np.uint8)
    return levels.reshape(picture["columns"], picture["bands"])


@pytest.mark.parametrize("hertz", [200.0, 1000.0, 4000.0])
def test_a_tone_is_in_the_band_of_its_frequency(hertz):
    picture = pictures.of_signal(0.1 * np.sin(2 * np.pi * hertz * np.arange(RATE) / RATE), RATE)
    bands_hz = np.geomspace(picture["lowest_hz"], picture["highest_hz"], picture["bands"])
    found_hz = bands_hz[levels_of(picture)[100:-100].mean(axis=0).argmax()]
    assert found_hz == pytest.approx(hertz, rel=0.04)
    assert levels_of(picture).max() == 255


def test_levels_are_in_decibels():
    tone = np.sin(2 * np.pi * 1000 * np.arange(2 * RATE) / RATE)
    tone[RATE:] *= 10 ** (-pictures.RANGE_DB / 2 / 20)  # half of the range lower
    levels = levels_of(pictures.of_signal(tone, RATE)).max(axis=1)
    assert levels[len(levels) // 4] == pytest.approx(255, abs=3)
    assert levels[3 * len(levels) // 4] == pytest.approx(127, abs=3)


def test_f0_is_that_of_the_voice():
    f0_hz = np.where(np.arange(2 * RATE) < RATE, 150.0, 0.0)
    picture = pictures.of_signal(voice(f0_hz, 2.0, RATE), RATE)
    found_hz = np.array(picture["f0_hz"])
    assert picture["seconds"] == 2.0 and len(found_hz) == 201
    assert picture["mean_f0_hz"] == pytest.approx(150, rel=0.02)
    assert np.median(found_hz[20:80]) == pytest.approx(150, rel=0.01) and not found_hz[120:180].any()


def test_silence_has_no_mean_f0():
    silent = pictures.of_signal(np.zeros(RATE), RATE)
    assert silent["mean_f0_hz"] is None and not any(silent["f0_hz"])


@pytest.mark.parametrize("seconds", [0.02, 0.5, 2.8, 2.81, 29.99])
def test_pictures_are_small(seconds):
    picture = pictures.of_signal(np.random.default_rng(0).standard_normal(int(seconds * 8000)), 8000)
    assert 1 <= picture["columns"] <= pictures.COLUMNS and levels_of(picture).shape[1] == pictures.BANDS
