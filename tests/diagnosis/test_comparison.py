"""Copies, mixed sample rates and strange voices among recordings."""

from pathlib import Path

import numpy as np
import pytest
from speech import RATE, speech

from vconv.diagnosis import doctor, duplicates, rates, voices
from vconv.diagnosis.examination import summary as summary_of
from vconv.diagnosis.profile import profile
from vconv.diagnosis.purpose import Purpose


def summary(name, y, speaker="anna", rate=RATE):
    return summary_of(Path(name), speaker, profile([y], RATE))._replace(rate=rate)


HIGH = [summary(f"high{number}", speech(2.5, 220, seed=number)) for number in range(7)]
LOW = [summary(f"low{number}", speech(2.5, 110, seed=50 + number)) for number in range(3)]


def test_recordings_of_one_length_that_differ_are_no_copies():
    assert not duplicates.duplicated(HIGH + LOW)


@pytest.mark.parametrize("gain", [1.0, 0.1])
def test_a_copy_is_found_at_another_level_and_of_another_speaker(gain):
    y = np.round(gain * speech(2.5, 220, seed=3) * 32767) / 32768
    (found,) = duplicates.duplicated([*HIGH, summary("copy", y, "ben")])
    assert found.path == Path("copy") and "high3 of the speaker anna" in found.measured


def test_each_of_many_copies_is_told_once():
    found = duplicates.duplicated([HIGH[0]._replace(path=Path(name)) for name in "abcd"])
    assert [str(one.path) for one in found] == ["b", "c", "d"] and all(" a" in one.measured for one in found)


def test_a_rate_unlike_the_others_is_told():
    assert not rates.mixed(HIGH, RATE)
    (found,) = rates.mixed([*HIGH, summary("phone", speech(2.5), rate=8000)], RATE)
    assert found.path == Path("phone") and found.severity == "warning"


@pytest.mark.parametrize(("training_rate", "severity"), [(8000, "note"), (12000, "warning"), (48000, "warning")])
def test_a_lower_rate_harms_if_it_is_below_that_of_the_training(training_rate, severity):
    (found,) = rates.mixed([*HIGH, summary("phone", speech(2.5), rate=8000)], training_rate)
    assert found.severity == severity


def test_speakers_with_different_rates_are_told_once():
    (found,) = rates.mixed(HIGH + [one._replace(speaker="ben", rate=44100) for one in LOW], RATE)
    assert found.path is None and "anna 16000 Hz, ben 44100 Hz" in found.measured


def kinds(summaries):
    return {one.kind: one for one in voices.of_speaker("anna", summaries)}


def test_one_voice_is_one_voice():
    assert set(kinds(HIGH)) == {"too little speech"}


def test_a_stranger_among_recordings_is_found():
    found = kinds([*HIGH, LOW[0]])
    assert found["other voice"].path == LOW[0].path and "two voices" not in found


def test_two_people_in_one_folder_are_found():
    found = kinds(HIGH + LOW)
    assert "other voice" not in found and "3 of 10 recordings have" in found["two voices"].measured
    assert "(low0, low1, low2)" in found["two voices"].measured


def test_of_many_recordings_of_another_voice_some_are_named(monkeypatch):
    monkeypatch.setattr(voices, "MOST_NAMED", 2)
    assert "(such as low0, low1)" in kinds(HIGH + LOW)["two voices"].measured


@pytest.mark.parametrize(("minutes", "severity"), [(0.5, "warning"), (5, "note"), (9, None)])
def test_the_amount_of_speech(minutes, severity):
    found = voices.too_little("anna", 60 * minutes)
    assert (found and found.severity) == severity


def test_a_folder_without_readable_recordings_is_compared_without_an_error():
    assert doctor.compared([], Purpose()) == []
