"""Which recordings of a new speaker are used, and what is told."""

import numpy as np
import pytest
from acoustic_statistics import statistics
from new_voice import RATE, speech

from vconv.adaptation import new_speaker
from vconv.audio import wav
from vconv.common.errors import VconvError

SETTINGS = statistics().settings | {"fft_size": 1024}


def write(folder, *seconds):
    for number, one in enumerate(seconds):
        wav.write(folder / f"{number}.wav", speech(one, number), RATE)


def test_less_than_5_s_of_speech_is_refused(tmp_path):
    write(tmp_path, 2, 2)
    with pytest.raises(VconvError, match=r"holds 3\.\d s of speech, and a voice needs 5 s or more; record more"):
        new_speaker.read(tmp_path, SETTINGS, [].append)


def test_less_than_10_s_are_warned_of(tmp_path):
    write(tmp_path, 8)
    notes = []
    new_speaker.read(tmp_path, SETTINGS, notes.append)
    (note,) = notes
    assert "s of speech, which may be too little; record 10 s or more" in note


def test_enough_speech_is_not(tmp_path, monkeypatch):
    write(tmp_path, 8)
    monkeypatch.setattr(new_speaker, "ENOUGH_S", 6.0)
    notes = []
    new_speaker.read(tmp_path, SETTINGS, notes.append)
    assert not notes


def test_recordings_beyond_the_longest_are_left_out_and_told(tmp_path, monkeypatch):
    write(tmp_path, 4, 4, 4)
    monkeypatch.setattr(new_speaker, "LONGEST_S", 7.0)
    notes = []
    speaker, _ = new_speaker.read(tmp_path, SETTINGS, notes.append)
    assert [len(frames.energy) for frames in speaker.utterances] == [801, 601]
    assert f"{tmp_path}: 1 recordings are not used, because 7 s are enough" in notes


def test_a_recording_without_a_voiced_frame_counts_for_nothing(tmp_path):
    write(tmp_path, 7)
    wav.write(tmp_path / "silence.wav", np.zeros(8 * RATE), RATE)
    speaker, failures = new_speaker.read(tmp_path, SETTINGS, [].append)
    assert len(speaker.utterances) == 1 and speaker.speech_s < 7
    assert failures == [f"{tmp_path / 'silence.wav'}: no frame is voiced; leave it out"]
    (tmp_path / "0.wav").unlink()
    with pytest.raises(VconvError, match=r"holds no speech; 1 recordings cannot be used \(.*silence.wav: no frame is"):
        new_speaker.read(tmp_path, SETTINGS, [].append)


def test_a_missing_folder_is_one_sentence(tmp_path):
    with pytest.raises(VconvError, match="there is no such folder"):
        new_speaker.read(tmp_path / "none", SETTINGS, [].append)


def test_little_speech_is_drawn_to_the_speakers_of_the_training(tmp_path):
    """With n frames the share of the own mean is n / (n + 300): a prior of 1.5 s."""
    known = statistics(mean=np.full((2, 40), 5.0))
    write(tmp_path, 8)
    speaker, _ = new_speaker.read(tmp_path, SETTINGS, [].append)
    frames = speaker.speech_s * 200
    alone = new_speaker.statistics_of(speaker, statistics())["acoustic_mean"] * (frames + 300) / frames
    share = frames / (frames + 300)
    found = new_speaker.statistics_of(speaker, known)["acoustic_mean"]
    np.testing.assert_allclose(found, share * alone + (1 - share) * 5.0, atol=1e-6)
