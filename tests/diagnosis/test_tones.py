"""Music below speech is found by its steady tones; speech, noise and silence have none."""

import numpy as np
import pytest
from speech import RATE, speech

from vconv.diagnosis import tones
from vconv.diagnosis.profile import profile

Y = speech(6.0)
SECONDS = np.arange(len(Y)) / RATE
LEVEL = profile([Y], RATE).waveform.level


def measured(y):
    return profile([y], RATE)


def chord(hz):
    return sum(np.sin(2 * np.pi * one * SECONDS) for one in hz)


@pytest.mark.parametrize("notes", [1, 3, 8])
def test_steady_tones_are_counted(notes):
    y = chord(np.linspace(400, 1900, notes)) + 1e-3 * np.random.default_rng(0).standard_normal(len(Y))
    assert set(measured(y).tones) == {notes}


@pytest.mark.parametrize("level_db", [0, -20])
def test_music_below_speech_is_found(level_db):
    music = chord(330 * 2 ** (np.array([0, 4, 7, 12, 16, 19, 24]) / 12))
    assert tones.music(measured(Y + music / music.std() * LEVEL * 10 ** (level_db / 20))).kind == "music"


@pytest.mark.parametrize(
    "y",
    [Y, np.random.default_rng(1).standard_normal(len(Y)), np.zeros(len(Y)), Y[:100]],
    ids=["speech", "noise", "silence", "short"],
)
def test_other_recordings_have_no_music(y):
    assert tones.music(measured(y)) is None
