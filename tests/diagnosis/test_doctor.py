"""`vconv doctor` from a folder to a text, a JSON file and an exit status."""

import json
import math

import numpy as np
import pytest
import soundfile
from speech import RATE, speech

from vconv.audio import wav
from vconv.commands import cli
from vconv.common.errors import VconvError
from vconv.diagnosis.doctor import Diagnosis, recordings_of
from vconv.diagnosis.findings import ERROR, NOTE, WARNING, Finding, by_severity
from vconv.diagnosis.text import harmful
from vconv.preparation.sources import find_sources


@pytest.fixture
def corpus(tmp_path):
    """Two speakers; one recording of ben is clipped."""
    for number, speaker in enumerate(("anna", "ben")):
        (tmp_path / speaker).mkdir()
        for name in range(2):
            soundfile.write(tmp_path / speaker / f"{name}.wav", speech(2.5, seed=10 * number + name), RATE)
    y = speech(2.5, seed=7)
    soundfile.write(tmp_path / "ben" / "loud.wav", np.clip(y, -0.3 * y.max(), 0.3 * y.max()), RATE)
    return tmp_path


def test_the_command_tells_file_second_and_remedy(corpus, capsys):
    assert cli.main(["doctor", str(corpus), "--jobs", "1", "--json", str(corpus / "f.json")]) == 1
    (line,) = [line for line in capsys.readouterr().out.split("\n") if "[clipping]" in line]
    assert str(corpus / "ben" / "loud.wav") in line and " s on; record again with a lower gain" in line
    found = json.loads((corpus / "f.json").read_text())
    assert found["recordings"] == 5 and found["seconds"] == 12.5
    (row,) = [row for row in found["findings"] if row["kind"] == "clipping"]
    assert row["speaker"] == "ben" and 0 < row["seconds"] < 2.5


def test_a_folder_of_recordings_is_one_speaker(corpus):
    assert [(speaker, path.name) for speaker, path in recordings_of(corpus / "ben").found] == [
        ("ben", "0.wav"),
        ("ben", "1.wav"),
        ("ben", "loud.wav"),
    ]


def test_a_folder_holds_what_init_takes(corpus):
    deeper = corpus / "anna" / "monday"
    deeper.mkdir()
    (corpus / "anna" / "0.wav").rename(deeper / "0.wav")
    found = recordings_of(corpus)
    assert found.found == [(one.speaker, one.path) for one in find_sources(corpus).sources]
    assert ("anna", deeper / "0.wav") in found.found


def test_recordings_that_init_cuts_may_be_long(corpus):
    assert recordings_of(corpus).purpose == (RATE, math.inf)
    (corpus / "corpus.yaml").write_text("sample_rate: 12000\n")
    assert recordings_of(corpus).purpose == (12000, wav.LONGEST_UTTERANCE_S)


@pytest.mark.parametrize("described", [True, False])
def test_the_rate_of_the_training_can_be_given(corpus, described):
    if described:
        (corpus / "corpus.yaml").write_text("sample_rate: 12000\n")
    assert recordings_of(corpus, rate=22050).purpose.rate == 22050


@pytest.mark.parametrize("name", ["corpus.yaml", ""])
def test_a_corpus_yaml_chooses_the_speakers(corpus, name):
    (corpus / "corpus.yaml").write_text("speakers: [anna]\n")
    assert {speaker for speaker, _ in recordings_of(corpus / name).found} == {"anna"}


def test_the_folder_of_a_corpus_yaml_can_be_replaced(corpus, tmp_path):
    described = tmp_path / "elsewhere"
    described.mkdir()
    (described / "corpus.yaml").write_text("root: nowhere\nsplits: {training: {pattern: '{speaker}/{utterance}'}}\n")
    assert len(recordings_of(described, corpus).found) == 5
    with pytest.raises(VconvError, match="leave --corpus-dir out"):
        recordings_of(corpus, corpus)


@pytest.mark.parametrize("name", ["missing", "empty"])
def test_a_folder_without_recordings_is_a_mistake(tmp_path, capsys, name):
    (tmp_path / "empty").mkdir()
    assert cli.main(["doctor", str(tmp_path / name)]) == 2
    assert str(tmp_path / name) in capsys.readouterr().err


def test_findings_are_sorted_by_severity_and_notes_do_no_harm():
    note, warning, error = (Finding("kind", severity, "a", "b") for severity in (NOTE, WARNING, ERROR))
    assert by_severity([note, error, warning]) == [error, warning, note]
    assert not harmful(Diagnosis([note], 1, 1.0, []))
    assert harmful(Diagnosis([note, warning], 1, 1.0, [])) and harmful(Diagnosis([error], 1, 1.0, []))
