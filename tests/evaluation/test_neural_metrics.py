"""Neural metrics with fake networks: each recording is scored once; similarity, naturalness, error rates."""

import shutil
from types import SimpleNamespace

import numpy as np
import pytest
import soundfile

from vconv.common.errors import VconvError
from vconv.evaluation import intelligibility, naturalness, neural_metrics, speaker_encoder
from vconv.evaluation import recordings as copies
from vconv.evaluation.recordings import Pair, Recordings
from vconv.evaluation.score_table import SYSTEMS, RecordingKey

RATE = 16000
LEVELS = {"source": 0.1, "target": 0.8, "converted": 0.5}
TEXTS = {0.1: "one two three four", 0.8: "one two three four", 0.5: "one two tree four"}


@pytest.fixture
def recordings(tmp_path):
    """Three sentences; the systems differ in level, the only property that the fake networks use."""
    paths = {}
    for system, level in LEVELS.items():
        for sentence in "123":
            path = tmp_path / f"{system} {sentence}.wav"
            if sentence == "1":
                y = level * np.sign(np.sin(np.arange(3000) * 0.05))
                soundfile.write(path, y, RATE, subtype="FLOAT")  # a file of floats contains the time it was written
            else:
                shutil.copy(tmp_path / f"{system} 1.wav", path)
            paths.setdefault(system, {})[sentence] = path
    settings = {"sample_rate": RATE, "frame_period_ms": 5.0, "f0_method": "dio", "f0_range_hz": {}}
    natural = {"S": paths["source"], "T": paths["target"]}
    return Recordings([Pair("S", "T", paths["converted"])], natural, settings, [], [])


@pytest.fixture
def keys():
    return [key(system, name) for system in SYSTEMS for name in "123"]


def key(system, sentence):
    return RecordingKey("S-T", system, sentence)


@pytest.fixture(autouse=True)
def copies_are_quiet(monkeypatch):
    """Replace copy-synthesis by an attenuation."""
    monkeypatch.setattr(copies, "copy_synthesis", lambda y, settings, f0_range_hz: 0.75 * y)


def level(y, rate):
    assert rate == RATE
    return np.abs(y).max()


def test_each_recording_is_scored_once_and_cached(recordings, keys, tmp_path):
    scored = []

    def network(y, rate):
        scored.append(level(y, rate))
        return scored[-1]

    for _ in range(2):
        found, _ = neural_metrics.score("level", network, recordings, keys, tmp_path / "cache")
    expected = {"source": 0.1, "target": 0.8, "converted": 0.5, "copy_synthesis": 0.6}
    assert {one: float(value) for one, value in found.items()} == {
        key(system, name): pytest.approx(value) for system, value in expected.items() for name in "123"
    }
    assert len(scored) == 4, "the sentences of a system are equal files, so each system is scored once"


def test_the_cache_separates_networks(recordings, keys, tmp_path):
    first, _ = neural_metrics.score("level", level, recordings, keys, tmp_path)
    second, _ = neural_metrics.score("length", lambda y, rate: len(y), recordings, keys, tmp_path)
    assert first[key("target", "1")] != second[key("target", "1")] == 3000


def test_a_recording_that_cannot_be_scored_is_listed_and_the_rest_is_scored(recordings, keys):
    def network(y, rate):
        if level(y, rate) < 0.2:
            raise VconvError("too quiet")
        return 1.0

    found, failures = neural_metrics.score("net", network, recordings, keys)
    assert len(found) == 9 and len(failures) == 3
    assert failures[0] == f"{recordings.natural['S']['1']}: net: too quiet"


def test_similarity(recordings, keys, monkeypatch):
    class Encoder:
        def embed(self, y, rate):
            angle = np.pi / 2 * level(y, rate)
            return np.array([np.cos(angle), np.sin(angle)])

    monkeypatch.setattr(speaker_encoder, "SpeakerEncoder", Encoder)
    values = neural_metrics.speaker_similarity(recordings, keys).values
    for system, at in ("converted", 0.5), ("source", 0.1), ("target", 0.8), ("copy_synthesis", 0.6):
        found = values[key(system, "2")]
        assert found["cosine_target"] == pytest.approx(np.cos(np.pi / 2 * (0.8 - at)), abs=1e-5)
        assert found["cosine_source"] == pytest.approx(np.cos(np.pi / 2 * (at - 0.1)), abs=1e-5)
        assert found["closer_to_target"] == float(at > 0.45)


def test_similarity_needs_two_natural_recordings_of_each(recordings, keys, monkeypatch):
    encoder = SimpleNamespace(embed=lambda y, rate: np.ones(2))
    monkeypatch.setattr(speaker_encoder, "SpeakerEncoder", lambda: encoder)
    keys = [one for one in keys if one not in (key("source", "1"), key("source", "2"))]
    found = neural_metrics.speaker_similarity(recordings, keys)
    assert not found.values
    assert found.failures[0].startswith("S-T: normalized similarity needs two")


def test_naturalness(recordings, keys, monkeypatch):
    monkeypatch.setattr(naturalness, "predictors", lambda: {"distillmos": level, "dnsmos": lambda y, rate: 1.0})
    monkeypatch.setattr(neural_metrics, "package", lambda name: None)
    found = neural_metrics.opinion_scores(recordings, keys, "distillmos")
    assert found.values[key("converted", "1")] == {"distillmos": pytest.approx(0.5)}


def test_a_package_that_cannot_be_loaded_is_reported_once(recordings, keys, monkeypatch):
    monkeypatch.setitem(naturalness.PACKAGES, "distillmos", "no_such_package")
    with pytest.raises(VconvError, match="no_such_package cannot be loaded"):
        neural_metrics.opinion_scores(recordings, keys, "distillmos")


class FakeRecognizer:
    def transcribe(self, y, rate):
        return TEXTS.get(round(float(level(y, rate)), 1), "")


def test_error_rates_against_the_transcript_of_the_source_or_a_reference_text(recordings, keys):
    texts = {(None, "3"): "one two tree four five"}
    found = neural_metrics.word_errors(recordings, keys, FakeRecognizer(), texts, "m")
    wer = {one: values["wer"] for one, values in found.values.items()}
    assert wer[key("converted", "1")] == 0.25 and found.transcripts[key("converted", "1")] == TEXTS[0.5]
    assert wer[key("source", "1")] == 0 == wer[key("target", "1")]
    assert wer[key("copy_synthesis", "1")] == 1, "the transcript is empty"
    assert wer[key("converted", "3")] == 0.2 and wer[key("source", "3")] == 0.4


def test_a_converted_recording_says_what_its_source_says(recordings, keys):
    """The texts of source and target may differ, as in VCTK."""
    texts = {("S", "1"): "one two tree four", ("T", "1"): "one two three five"}
    found = neural_metrics.word_errors(recordings, keys, FakeRecognizer(), texts, "m")
    wer = {one.system: values["wer"] for one, values in found.values.items() if one.sentence == "1"}
    assert wer == {"converted": 0, "source": 0.25, "copy_synthesis": 1, "target": 0.25}


def test_texts_are_normalized_as_asked(recordings, keys):
    texts = {(None, "1"): "ONE TWO THREE FOUR"}
    wer = [
        neural_metrics.word_errors(recordings, keys, FakeRecognizer(), texts, "m", normalized=how).values[
            key("source", "1")
        ]["wer"]
        for how in (None, str, str.upper)
    ]
    assert wer == [0, 1, 0]


def test_a_reference_without_words_is_reported(recordings, keys):
    found = neural_metrics.word_errors(recordings, keys, FakeRecognizer(), {(None, "1"): "?!"}, "m")
    assert key("converted", "1") not in found.values and key("converted", "1") not in found.transcripts
    assert len(found.failures) == 4 and found.failures[0].startswith("1: the reference")


def test_the_installed_metrics_are_chosen(recordings, monkeypatch):
    installed = {"resemblyzer"}
    monkeypatch.setattr(neural_metrics, "find_spec", lambda name: name in installed)
    monkeypatch.setattr(naturalness, "find_spec", lambda name: name in installed)
    chosen, (note,) = neural_metrics.choose(True, None, {}, None)
    assert [one.func for one in chosen] == [neural_metrics.speaker_similarity]
    assert note == ("not measured: naturalness (distillmos), naturalness (dnsmos); pip install 'vconv[neural]'")
    installed |= {"distillmos", "speechmos"}
    chosen, notes = neural_metrics.choose(True, None, {}, None)
    assert len(chosen) == 3 and notes == []
    assert neural_metrics.choose(False, None, {}, None) == ([], [])
    monkeypatch.setattr(intelligibility, "Recognizer", lambda model, language: model)
    (words,), notes = neural_metrics.choose(False, "tiny.en", {(None, "1"): "one"}, None, recordings)
    assert notes[0].startswith("the transcripts have no text for 4 of 6 natural recordings (2 of S is one)")
    assert words.keywords["model"] == "tiny.en" and words.keywords["normalized"] is intelligibility.normalize
    assert words.func is neural_metrics.word_errors and words.keywords["recognizer"] == "tiny.en"
