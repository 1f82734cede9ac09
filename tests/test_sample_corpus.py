"""The sample corpus: complete, non-parallel in training, parallel in evaluation, of normal level, small."""

from collections import Counter
from pathlib import Path

import numpy as np
import pytest
import soundfile

from vconv.audio import world
from vconv.corpus.recordings import Corpus

REPOSITORY = Path(__file__).resolve().parents[1]
SAMPLE = REPOSITORY / "data" / "sample"
SPEAKERS = ["awb", "kal16", "rms", "slt"]
FILES = sorted(SAMPLE.rglob("*.flac"))


def read_sentences():
    """Return (speaker, name, sentence) of every line of sentences.txt."""
    lines = (SAMPLE / "sentences.txt").read_text(encoding="utf-8").splitlines()
    return [tuple(part.strip() for part in line.split("|")) for line in lines if not line.startswith("#")]


def test_the_recipe_finds_every_recording():
    corpus = Corpus.load(REPOSITORY / "recipes" / "sample" / "corpus.yaml")
    assert corpus.speakers == SPEAKERS
    assert {utterance.path.resolve() for utterance in corpus.utterances} == set(FILES)
    sizes = Counter((utterance.split, utterance.speaker) for utterance in corpus.utterances)
    expected = {"training": 22, "validation": 2, "evaluation": 6}
    assert sizes == {(split, speaker): size for split, size in expected.items() for speaker in SPEAKERS}


def test_sentences_txt_lists_every_recording():
    written = set()
    for speaker, name, _ in read_sentences():
        written |= (
            {f"evaluation/{one}/{name}.flac" for one in SPEAKERS}
            if speaker == "all"
            else {f"training/{speaker}/{name}.flac"}
        )
    assert written == {path.relative_to(SAMPLE).as_posix() for path in FILES}


def test_no_sentence_occurs_twice():
    sentences = [sentence for _, _, sentence in read_sentences()]
    assert len(sentences) == len(set(sentences)) == 4 * 24 + 6


def test_it_is_small_and_has_its_license_notice():
    assert sum(path.stat().st_size for path in FILES) < 8e6
    notice = (SAMPLE / "NOTICE").read_text(encoding="utf-8")
    assert "Permission is hereby granted, free of charge" in notice
    assert all(speaker in notice for speaker in SPEAKERS)


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_a_recording_has_the_right_format_length_and_level(path):
    info = soundfile.info(path)
    assert (info.samplerate, info.channels, info.subtype) == (16000, 1, "PCM_16")
    y, rate = soundfile.read(path)
    assert 2.0 < len(y) / rate < 4.2
    assert 0.2 < np.abs(y).max() < 0.95
    assert -33 < 10 * np.log10(np.mean(y**2)) < -12


@pytest.mark.parametrize("speaker, f0_hz", [("kal16", 88), ("rms", 100), ("awb", 126), ("slt", 171)])
def test_most_frames_of_a_speaker_are_voiced_at_the_speakers_f0(speaker, f0_hz):
    y, rate = soundfile.read(SAMPLE / "evaluation" / speaker / "e01.flac")
    f0 = world.estimate_f0(y, rate, 60.0, 500.0)
    assert 0.5 < np.mean(f0 > 0) < 0.95
    assert abs(np.median(f0[f0 > 0]) / f0_hz - 1) < 0.1
