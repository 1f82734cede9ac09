"""Error rates worked out by hand, and how the recognizer is asked; a real one runs where a model is at hand."""

import os
import sys
from functools import cache
from pathlib import Path
from types import SimpleNamespace

import jiwer  # noqa: F401  loaded here, so that no example of a property test has to wait for it
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vconv.audio import wav
from vconv.common.errors import VconvError
from vconv.evaluation import intelligibility
from vconv.evaluation.intelligibility import Recognizer, error_rates, normalize, normalizer

SAMPLE = Path(__file__).parents[2] / "data" / "sample"
MODEL = os.environ.get("VCONV_TEST_WHISPER")
SHORT = st.text("abc", max_size=6)


@pytest.mark.parametrize(
    ("text", "reference", "wer", "cer"),
    [
        ("the cat sat", "the cat sat", 0, 0),
        ("the bat sat", "the cat sat", 1 / 3, 1 / 11),  # a substitution
        ("cat sat", "the cat sat", 1 / 3, 4 / 11),  # a deletion: "the "
        ("the cat sat down", "the cat sat", 1 / 3, 5 / 11),  # an insertion: " down"
        ("", "the cat", 1, 1),  # nothing was recognized
        ("...", "the cat", 1, 1),
        ("ab cd", "a b cd", 2 / 3, 1 / 6),  # a space is a character
        ("acd", "a cd", 1, 1 / 4),
        ("a b c", "a", 2, 4),
        ("sat cat the", "the cat sat", 2 / 3, 6 / 11),
    ],
)
def test_error_rates_by_hand(text, reference, wer, cer):
    assert error_rates(text, reference) == pytest.approx((wer, cer))


def test_rates_are_over_the_reference():
    assert error_rates("one two three four", "one two") == pytest.approx((1, 11 / 7))
    assert error_rates("one two", "one two three four") == pytest.approx((0.5, 11 / 18))


@pytest.mark.parametrize(
    ("text", "normal"),
    [
        ("  The CAT, sat.\n", "the cat sat"),
        ("Don’t — can't!", "dont cant"),
        ("good-natured…", "good natured"),
        ("ﬁne Straße", "fine strasse"),
        ("Ｗｉｄｅ x²", "wide x2"),
        ("No. 20 at 5%", "no 20 at 5"),
        ("हिन्दी, शब्द", "हिन्दी शब्द"),
        ("¿Qué?", "qué"),
        ("...", ""),
    ],
)
def test_normalize(text, normal):
    assert normalize(text) == normal
    assert normalize(normal) == normal


@pytest.mark.parametrize(
    ("language", "text", "reference", "wer"),
    [
        ("en", "Don't pay twenty-one dollars.", "do not pay $21", 0),
        ("en", "The colour, Mr. Smith!", "the color mister smith", 0),
        ("en", "two cats", "three cats", 1 / 2),
        ("", "twenty one", "21", 2),
        ("fr", "Vingt-et-un chats", "21 chats", 0),
        ("es", "¿Veintiuno?", "21", 0),
        ("fi", "Näitä tavoitteita!", "näitä, tavoitteita", 0),
        ("fi", "näitä tavoitteita", "naita tavoitteita", 1 / 2),
        ("hi", "हिन्दी, शब्द", "हिन्दी शब्द", 0),
    ],
)
def test_error_rates_of_a_language_by_hand(language, text, reference, wer):
    pytest.importorskip("whisper_normalizer", reason="the extra `neural` is not installed")
    assert error_rates(text, reference, normalizer(language))[0] == pytest.approx(wer)


def test_a_missing_normalizer_is_one_sentence(monkeypatch):
    monkeypatch.setitem(sys.modules, "whisper_normalizer.english", None)
    with pytest.raises(VconvError, match=r"whisper_normalizer cannot be loaded \(.*\); pip install 'vconv\[neural\]'$"):
        normalizer("en")


def test_a_reference_without_words_has_no_rate():
    with pytest.raises(VconvError, match="reference contains no word"):
        error_rates("something", " ...! ")


def by_definition(a, b):
    @cache
    def distance(i, j):
        if not i or not j:
            return i + j
        return min(distance(i - 1, j) + 1, distance(i, j - 1) + 1, distance(i - 1, j - 1) + (a[i - 1] != b[j - 1]))

    return distance(len(a), len(b))


@given(st.lists(SHORT.filter(len), max_size=6), st.lists(SHORT.filter(len), min_size=1, max_size=6))
def test_error_rates_are_their_definition(words, reference):
    wer = by_definition(tuple(words), tuple(reference)) / len(reference)
    words, reference = " ".join(words), " ".join(reference)
    assert error_rates(words, reference) == (wer, by_definition(words, reference) / len(reference))


def test_a_missing_package_is_one_sentence(monkeypatch):
    monkeypatch.setitem(sys.modules, "jiwer", None)
    with pytest.raises(VconvError, match=r"jiwer cannot be loaded \(.*\); pip install 'vconv\[neural\]'$"):
        error_rates("a", "a")


class Whisper:
    """Stands for faster_whisper.WhisperModel and keeps what it was asked."""

    supported_languages = ("en", "fi")

    def __init__(self, model, **options):
        if model == "no-such-model":
            raise ValueError("Invalid model size,\n expected one of: tiny")
        self.asked = {"model": model} | options

    def transcribe(self, y, **options):
        self.asked |= {"y": y} | options
        return iter([SimpleNamespace(text=" Hello there."), SimpleNamespace(text=" General.")]), None


@pytest.fixture
def whisper(monkeypatch):
    monkeypatch.setitem(sys.modules, "faster_whisper", SimpleNamespace(WhisperModel=Whisper))


def test_the_recognizer_is_asked_for_a_repeatable_reading(whisper, tmp_path):
    recognizer = Recognizer(tmp_path)
    assert recognizer.transcribe(0.1 * np.ones(4800), 48000) == "Hello there. General."
    asked = recognizer._model.asked
    y = asked.pop("y")
    assert (y.dtype, y.shape) == (np.float32, (1600,))
    assert asked == {
        "model": str(tmp_path),
        "device": "cpu",
        "compute_type": "int8",
        "language": None,
        "beam_size": 5,
        "temperature": 0.0,
        "condition_on_previous_text": False,
    }


def test_the_recognizer_is_told_the_language_if_it_knows_it(whisper):
    recognizer = Recognizer("tiny", "fi")
    recognizer.transcribe(0.1 * np.ones(4800), 48000)
    assert recognizer._model.asked["language"] == "fi"
    with pytest.raises(VconvError, match="tiny: this speech recognizer does not know the language 'xx'; take a multi"):
        Recognizer("tiny", "xx")


def test_the_model_may_be_left_out(whisper):
    assert Recognizer()._model.asked["model"] == "base.en"


def test_a_model_that_cannot_be_had_is_one_sentence(whisper):
    with pytest.raises(VconvError, match=r"^no-such-model: .*cannot be fetched \(Invalid model size, expected one of"):
        Recognizer("no-such-model")


def test_a_folder_without_a_model_is_one_sentence(tmp_path):
    pytest.importorskip("faster_whisper", reason="the extra `neural` is not installed", exc_type=ImportError)
    with pytest.raises(VconvError, match="cannot be loaded"):
        Recognizer(tmp_path)


@pytest.mark.skipif(not MODEL, reason="VCONV_TEST_WHISPER names no folder of a faster-whisper model")
def test_a_real_recognizer_understands_the_sample():
    pytest.importorskip("faster_whisper", reason="the extra `neural` is not installed", exc_type=ImportError)
    recognizer = Recognizer(MODEL)
    path = sorted((SAMPLE / "evaluation" / "slt").glob("*"))[0]
    y, rate = wav.read(path)
    lines = (SAMPLE / "sentences.txt").read_text(encoding="utf-8").splitlines()
    said = next(line.split(" | ")[2] for line in lines if f"| {path.stem} |" in line)
    text = recognizer.transcribe(y, rate)
    assert text == recognizer.transcribe(y, rate)
    assert error_rates(text, said)[0] <= 0.25
    with pytest.raises(VconvError, match="silent"):
        recognizer.transcribe(np.zeros(16000), 16000)
    assert intelligibility.error_rates(recognizer.transcribe(y[::-1], rate), said)[0] > 0.5
