"""Recordings read block by block: the signal of `wav.read`, and its errors and notes."""

import struct

import numpy as np
import pytest
import soundfile

from vconv.audio import decoding, recording, wav
from vconv.common.errors import VconvError

RATE = 8000
NOISE = np.random.default_rng(0).uniform(-0.5, 0.5, (RATE * 3, 2))


@pytest.fixture
def write(tmp_path):
    """Write samples [n, channels] as a file of 64-bit floating-point numbers; return its path."""

    def file(samples):
        soundfile.write(tmp_path / "a.wav", samples, RATE, subtype="DOUBLE")
        return tmp_path / "a.wav"

    return file


def opposite(samples):
    return np.column_stack([samples[:, 0], -0.99 * samples[:, 0]])


@pytest.mark.parametrize("change", [lambda x: x, lambda x: x[:, :1], opposite, lambda x: 20000 * x])
@pytest.mark.parametrize("size", [1000, 1 << 20])
def test_blocks_are_the_signal_and_the_notes_of_the_whole_file(write, monkeypatch, change, size):
    monkeypatch.setattr(decoding, "BLOCK", size)
    path, notes, expected_notes = write(change(NOISE)), [], []
    found = recording.scan(path, notes.append)
    expected, _ = wav.read(path, report=expected_notes.append)
    np.testing.assert_array_equal(np.concatenate(list(found.blocks(RATE))), expected)
    assert notes == expected_notes and found.samples == len(NOISE) and found.seconds == 3.0


@pytest.mark.parametrize(
    "samples, sentence",
    [
        (np.where(np.arange(len(NOISE)) == 17000, np.nan, NOISE[:, 0]), "holds NaN or infinite samples"),
        (np.full(len(NOISE), 0.3), "is silent; remove it or record it again"),
        (np.zeros((len(NOISE), 2)), "is silent"),
        (NOISE * 1e9, "its samples reach .*, but full scale is 1"),
        (np.zeros(0), "holds no samples"),
    ],
)
def test_bad_recordings_are_one_sentence(write, samples, sentence):
    path = write(samples)
    with pytest.raises(VconvError, match=f"a.wav: {sentence}"):
        recording.scan(path)


@pytest.mark.parametrize("claimed", [8, 2**32 - 60])
def test_a_header_that_lies_about_the_length_is_not_believed(tmp_path, claimed):
    """The header claims four samples, or four gigabytes; a program that was killed leaves such files."""
    path = tmp_path / "a.wav"
    soundfile.write(path, NOISE[:, 0], RATE)
    content = bytearray(path.read_bytes())
    position = content.index(b"data") + 4
    content[position : position + 4] = struct.pack("<I", claimed)
    path.write_bytes(bytes(content))
    found = recording.scan(path)
    assert found.samples == sum(map(len, found.blocks(RATE))) == len(wav.read(path)[0])
    assert found.samples == (4 if claimed == 8 else len(NOISE))


def test_whether_a_recording_is_longer_is_known_from_its_beginning(write, monkeypatch):
    path = write(NOISE)
    assert [recording.is_longer(path, seconds) for seconds in (2.99, 3.0, 3.01)] == [True, False, False]
    assert not recording.is_longer(path.with_name("none.wav"), 1)
    path.write_text("no audio")
    assert not recording.is_longer(path, 1)


def test_a_recording_that_is_too_long_for_one_utterance_is_refused(write):
    path = write(NOISE)
    assert len(wav.read(path, longest_s=3.0)[0]) == len(NOISE)
    with pytest.raises(VconvError, match=r"a.wav: is longer than 0.048\d* minutes, .*; cut it into shorter recordings"):
        wav.read(path, longest_s=2.9)
