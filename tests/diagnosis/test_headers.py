"""Files whose header or name contradicts their content are told; others are not."""

import numpy as np
import pytest
import soundfile
from speech import RATE, speech
from wav_bytes import wav

from vconv.common import formats
from vconv.diagnosis.examination import examine

DATA = np.round(speech(2.0) * 32767).astype("<i2").tobytes()


def findings(path):
    return {one.kind: one for one in examine(path, "anna")[0]}


@pytest.mark.parametrize(
    ("content", "measured"),
    [
        (wav(DATA), None),
        (wav(DATA)[: 44 + RATE], "2.00 s, but it holds 0.50 s"),
        (wav(DATA, size=3 * len(DATA)), "6.00 s, but it holds 2.00 s"),
        (wav(DATA, size=len(DATA) - RATE, riff_size=36 + len(DATA) - RATE), "0.50 s follow after the end"),
        (wav(DATA, size=len(DATA) - RATE, riff_size=36 + len(DATA)), "0.50 s follow after the end"),
        (wav(DATA, size=0xFFFFFFFF), "does not say how long"),
    ],
)
def test_the_length_in_the_header_is_compared_with_the_file(tmp_path, content, measured):
    path = tmp_path / "a.wav"
    path.write_bytes(content)
    found = findings(path)
    assert ("wrong header" in found) == (measured is not None)
    assert measured is None or measured in found["wrong header"].sentence()


def test_chunks_after_the_samples_are_no_fault(tmp_path):
    path = tmp_path / "a.wav"
    path.write_bytes(wav(DATA, after=b"LIST\x04\0\0\0INFO"))
    assert "wrong header" not in findings(path)


@pytest.mark.parametrize("content", [b"notes of today\n" * 100, b"", wav(b"")])
def test_a_file_without_sound_is_unreadable(tmp_path, monkeypatch, content):
    monkeypatch.setattr(formats, "ffmpeg", lambda: None)
    path = tmp_path / "a.wav"
    path.write_bytes(content)
    found, summary = examine(path, "anna")
    assert [(one.kind, one.severity, one.path, one.speaker) for one in found] == [("unreadable", "error", path, "anna")]
    assert summary is None and found[0].remedy


def test_another_format_than_the_name_says_is_told(tmp_path):
    for name in "a.flac", "b.wav":
        soundfile.write(tmp_path / name, speech(2.0), RATE, format="FLAC")
    assert "mislabeled" not in findings(tmp_path / "a.flac")
    assert "FLAC" in findings(tmp_path / "b.wav")["mislabeled"].measured
