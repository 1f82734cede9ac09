"""Neural metrics with fake networks: each recording is scored once; similarity, naturalness, error rates."""

from types import SimpleNamespace

import numpy as np
import pytest
import soundfile

from vconv.common.errors import VconvError
from vconv.evaluation import intelligibility, naturalness, neural_metrics, speaker_encoder
from vconv.evaluation import recordings as copies
from vconv.evaluation.recordings import Pair, Recordings
from vconv.evaluation.scores import SYSTEMS

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
            y = level * np.sign(np.sin(np.arange(3000) * 0.05))
            soundfile.write(path, y, RATE, subtype="FLOAT")
            paths.setdefault(system, {})[sentence] = path
    settings = {"sample_rate": RATE, "frame_period_ms": 5.0, "f0_method": "dio", "f0_range_hz": {}}
    natural = {"S": paths["source"], "T": paths["target"]}
    return Recordings([Pair("S", "T", paths["converted"])], natural, settings, [], [])


@pytest.fixture
def rows():
    return {"S-T": {system: {name: {} for name in "123"} for system in SYSTEMS}}


@pytest.fixture(autouse=True)
def copies_are_quiet(monkeypatch):
    """Replace copy-synthesis by an attenuation."""
    monkeypatch.setattr(copies, "copy_synthesis", lambda y, settings, f0_range_hz: 0.75 * y)


def level(y, rate):
    assert rate == RATE
    return np.abs(y).max()


def test_each_recording_is_scored_once_and_cached(recordings, rows, tmp_path):
    scored = []

    def network(y, rate):
        scored.append(level(y, rate))
        return scored[-1]

    for _ in range(2):
        found = neural_metrics.score("level", network, recordings, rows, [], tmp_path / "cache")
    expected = {"source": 0.1, "target": 0.8, "converted": 0.5, "copy_synthesis": 0.6}
    assert {key: float(value) for key, value in found.items()} == {
        ("S-T", system, name): pytest.approx(value) for system, value in expected.items() for name in "123"
    }
    assert len(scored) == 4, "the sentences of a system are equal files, so each system is scored once"


def test_the_cache_separates_networks(recordings, rows, tmp_path):
    first = neural_metrics.score("level", level, recordings, rows, [], tmp_path)
    second = neural_metrics.score("length", lambda y, rate: len(y), recordings, rows, [], tmp_path)
    assert first["S-T", "target", "1"] != second["S-T", "target", "1"] == 3000


def test_a_recording_that_cannot_be_scored_is_listed_and_the_rest_is_scored(recordings, rows):
    def network(y, rate):
        if level(y, rate) < 0.2:
            raise VconvError("too quiet")
        return 1.0

    failures = []
    found = neural_metrics.score("net", network, recordings, rows, failures)
    assert len(found) == 9 and len(failures) == 3
    assert failures[0] == f"{recordings.natural['S']['1']}: net: too quiet"


def test_similarity(recordings, rows, monkeypatch):
    class Encoder:
        def embed(self, y, rate):
            angle = np.pi / 2 * level(y, rate)
            return np.array([np.cos(angle), np.sin(angle)])

    monkeypatch.setattr(speaker_encoder, "SpeakerEncoder", Encoder)
    neural_metrics.add_similarity(recordings, rows, [])
    for system, at in ("converted", 0.5), ("source", 0.1), ("target", 0.8), ("copy_synthesis", 0.6):
        values = rows["S-T"][system]["2"]
        assert values["cosine_target"] == pytest.approx(np.cos(np.pi / 2 * (0.8 - at)), abs=1e-5)
        assert values["cosine_source"] == pytest.approx(np.cos(np.pi / 2 * (at - 0.1)), abs=1e-5)
        assert values["closer_to_target"] == float(at > 0.45)


def test_similarity_needs_two_natural_recordings_of_each(recordings, rows, monkeypatch):
    encoder = SimpleNamespace(embed=lambda y, rate: np.ones(2))
    monkeypatch.setattr(speaker_encoder, "SpeakerEncoder", lambda: encoder)
    for name in "12":
        del rows["S-T"]["source"][name]
    failures = []
    neural_metrics.add_similarity(recordings, rows, failures)
    assert "cosine_target" not in rows["S-T"]["converted"]["1"]
    assert failures[0].startswith("S-T: normalized similarity needs two")


def test_naturalness(recordings, rows, monkeypatch):
    monkeypatch.setattr(naturalness, "predictors", lambda: {"distillmos": level, "dnsmos": lambda y, rate: 1.0})
    monkeypatch.setattr(neural_metrics, "package", lambda name: None)
    neural_metrics.add_naturalness(recordings, rows, [], "distillmos")
    assert rows["S-T"]["converted"]["1"] == {"distillmos": pytest.approx(0.5)}


def test_a_package_that_cannot_be_loaded_is_reported_once(recordings, rows, monkeypatch):
    monkeypatch.setitem(naturalness.PACKAGES, "distillmos", "no_such_package")
    with pytest.raises(VconvError, match="no_such_package cannot be loaded"):
        neural_metrics.add_naturalness(recordings, rows, [], "distillmos")


class FakeRecognizer:
    def transcribe(self, y, rate):
        return TEXTS.get(round(float(level(y, rate)), 1), "")


def test_error_rates_against_the_transcript_of_the_source_or_a_reference_text(recordings, rows):
    neural_metrics.add_word_errors(recordings, rows, [], FakeRecognizer(), {"3": "one two tree four five"}, "m")
    assert rows["S-T"]["converted"]["1"]["wer"] == 0.25 and rows["S-T"]["converted"]["1"]["text"] == TEXTS[0.5]
    assert rows["S-T"]["source"]["1"]["wer"] == 0 == rows["S-T"]["target"]["1"]["wer"]
    assert rows["S-T"]["copy_synthesis"]["1"]["wer"] == 1, "the transcript is empty"
    assert rows["S-T"]["converted"]["3"]["wer"] == 0.2 and rows["S-T"]["source"]["3"]["wer"] == 0.4


def test_a_reference_without_words_is_reported(recordings, rows):
    failures = []
    neural_metrics.add_word_errors(recordings, rows, failures, FakeRecognizer(), {"1": "?!"}, "m")
    assert "wer" not in rows["S-T"]["converted"]["1"]
    assert len(failures) == 4 and failures[0].startswith("1: the reference")


def test_transcripts(tmp_path):
    path = tmp_path / "t é.txt"
    path.write_text("a  What was said.\n\nb Ümlaut, too\n", encoding="utf-8")
    assert neural_metrics.read_transcripts(path) == {"a": "What was said.", "b": "Ümlaut, too"}
    path.write_text("a text\nb\n")
    with pytest.raises(VconvError, match="line 2 is 'b'; write the sentence's name"):
        neural_metrics.read_transcripts(path)
    for content in None, b"\xff\xfe\xfa":
        path.unlink(missing_ok=True) if content is None else path.write_bytes(content)
        with pytest.raises(VconvError, match="cannot be read as UTF-8 text"):
            neural_metrics.read_transcripts(path)


def test_the_installed_metrics_are_chosen(monkeypatch):
    installed = {"resemblyzer"}
    monkeypatch.setattr(neural_metrics, "find_spec", lambda name: name in installed)
    monkeypatch.setattr(naturalness, "find_spec", lambda name: name in installed)
    chosen, (note,) = neural_metrics.choose(True, None, None, None)
    assert [one.func for one in chosen] == [neural_metrics.add_similarity]
    assert note == ("not measured: naturalness (distillmos), naturalness (dnsmos); pip install 'vconv[neural]'")
    installed |= {"distillmos", "speechmos"}
    chosen, notes = neural_metrics.choose(True, None, None, None)
    assert len(chosen) == 3 and notes == []
    assert neural_metrics.choose(False, None, None, None) == ([], [])
    monkeypatch.setattr(intelligibility, "Recognizer", lambda model: model)
    (words,), _ = neural_metrics.choose(False, "tiny.en", None, None)
    assert words.func is neural_metrics.add_word_errors and words.keywords["recognizer"] == "tiny.en"
