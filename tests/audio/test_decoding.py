"""Reading of audio files: formats, and headers that do not know the length."""

import os

import numpy as np
import pytest
import soundfile

from vconv.audio.decoding import BLOCK, decode, rate_of
from vconv.common.errors import VconvError
from vconv.common.formats import READABLE

NOISE = 0.1 * np.random.default_rng(0).standard_normal((BLOCK + 1000, 2))


def as_from_a_pipe(path):
    """Set the number of samples in a FLAC header to 0, as encoders do that cannot go back to the header."""
    content = bytearray(path.read_bytes())
    content[21] &= 0xF0
    content[22:26] = bytes(4)
    path.write_bytes(content)


@pytest.mark.parametrize("samples", [1, 1000, BLOCK, BLOCK + 1000])
def test_a_flac_file_from_a_pipe_has_all_its_samples(tmp_path, samples):
    path = tmp_path / "a.flac"
    soundfile.write(path, NOISE[:samples], 16000)
    whole = soundfile.read(path)[0]
    as_from_a_pipe(path)
    y, rate = decode(path)
    assert rate == rate_of(path) == 16000
    np.testing.assert_array_equal(y, whole)


@pytest.mark.parametrize("suffix", READABLE)
def test_every_suffix_that_is_listed_can_be_read(tmp_path, suffix):
    path = tmp_path / f"a{suffix}"
    form, subtype = {".opus": ("OGG", "OPUS"), ".aif": ("AIFF", None)}.get(suffix, (suffix[1:], None))
    soundfile.write(path, NOISE, 16000, subtype, format=form)
    y, rate = decode(path)
    assert rate == 16000 and y.shape == NOISE.shape
    assert np.corrcoef(y[:, 0], NOISE[:, 0])[0, 1] > (0.5 if suffix in (".mp3", ".opus", ".ogg") else 0.999)


def test_names_that_are_not_utf_8_are_read(tmp_path):
    path = os.fsdecode(os.fsencode(tmp_path) + b"/k\xe4se.wav")
    soundfile.write(os.fsencode(path), NOISE, 16000)
    assert decode(path)[0].shape == NOISE.shape and rate_of(path) == 16000


def test_a_file_that_ends_in_the_middle_is_refused(tmp_path):
    path = tmp_path / "a.flac"
    soundfile.write(path, NOISE, 16000)
    path.write_bytes(path.read_bytes()[:100_000])
    with pytest.raises(VconvError, match="a.flac: is no readable audio file .*lost sync.; use WAV, FLAC, Ogg or MP3"):
        decode(path)
