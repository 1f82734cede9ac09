"""Recorded examples are the speech frames of the new speaker, each with what the network predicts for it."""

from types import SimpleNamespace

import numpy as np
import pytest
from acoustic_statistics import statistics

from vconv.adaptation import examples

OLD, NEW = 1, 2
SPEAKER = np.array([OLD] * 3 + [NEW] * 4 + [NEW] * 3)
SPEECH = np.array([1, 1, 1, 0, 1, 1, 1, 1, 1, 0], bool)
CONTENT = np.arange(10, dtype=np.float32)[:, None]
EMBEDDING = np.float32([100])


@pytest.fixture
def found():
    """Return what is found of ten frames in three segments, the first one of an old speaker."""
    known = statistics()
    frames = SimpleNamespace(
        speaker=SPEAKER,
        speakers=NEW + 1,
        speech=SPEECH,
        content=CONTENT,
        acoustic=known.acoustic_std[0] * CONTENT + 5,
        segments=([0, 3, 7], [3, 4, 3]),
    )
    own = {"acoustic_mean": np.full(40, 5.0), "acoustic_std": np.ones(40)}
    shown = examples.SpeakerExamples(frames, known, own, frames.acoustic, SPEECH)
    return lambda: shown.recorded(lambda content, speaker: content + speaker, EMBEDDING)


def test_speech_frames_of_the_new_speaker_have_their_prediction_and_its_neighbors(found):
    predicted, recorded = found()
    np.testing.assert_array_equal(predicted[..., 0] - 100, [[3, 4, 6], [3, 5, 6], [4, 6, 6], [7, 7, 9], [7, 8, 9]])
    np.testing.assert_allclose(recorded, [[4] * 40, [5] * 40, [6] * 40, [7] * 40, [8] * 40], rtol=1e-6)


def test_of_too_many_frames_evenly_spread_ones_are_taken(found, monkeypatch):
    monkeypatch.setattr(examples, "RECORDED", 3)
    predicted, recorded = found()
    np.testing.assert_array_equal(predicted[:, 1, 0] - 100, [4, 6, 8])
    np.testing.assert_allclose(recorded[:, 0], [4, 6, 8], rtol=1e-6)
