"""Formats that libsndfile cannot read: by ffmpeg, real or a script that stands for it; errors in one sentence."""

import os
import shutil
import subprocess
import sys

import numpy as np
import pytest
import soundfile

from vconv.audio import wav
from vconv.audio.decoding import BLOCK, decode, rate_of
from vconv.common.errors import VconvError

RATE = 22050
SOUND = np.stack([0.3 * np.sin(np.arange(BLOCK + 999) / 9), 0.1 * np.cos(np.arange(BLOCK + 999) / 7)], axis=1)
REAL = shutil.which("ffmpeg")
STAND_IN = """#!{python}
import os, shutil, sys
arguments = sys.argv[1:]
name = arguments[arguments.index("-i") + 1]
with open(os.environ["CALLS"], "a") as calls:
    print(name, file=calls)
if not name.endswith((".m4a", ".mp4")):
    sys.exit(name + ": Invalid data found when processing input")
with open(os.environ["SOUND"], "rb") as sound:
    shutil.copyfileobj(sound, sys.stdout.buffer)
if name.endswith("cut.m4a"):
    sys.stdout.buffer.flush()
    sys.exit("the packet is corrupt")
"""


@pytest.fixture
def video(tmp_path):
    """A file that libsndfile cannot read."""
    path = tmp_path / "a b é.mp4"
    path.write_bytes(b"\0\0\0\x20ftypisom" + bytes(100))
    return path


@pytest.fixture
def stand_in(tmp_path, monkeypatch):
    """An ffmpeg on PATH that gives SOUND for names of M4A and MP4 files; return the list of names it was asked for."""
    folder = tmp_path / "bin"
    folder.mkdir()
    (folder / "ffmpeg").write_text(STAND_IN.format(python=sys.executable))
    (folder / "ffmpeg").chmod(0o755)
    soundfile.write(folder / "sound.au", SOUND, RATE, "FLOAT", "BIG", "AU")
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("SOUND", str(folder / "sound.au"))
    monkeypatch.setenv("CALLS", str(folder / "calls"))
    return lambda: (folder / "calls").read_text().splitlines() if (folder / "calls").exists() else []


def test_what_libsndfile_cannot_read_is_decoded_by_ffmpeg(stand_in, video):
    y, rate = decode(video)
    assert rate == rate_of(video) == RATE and y.dtype == np.float64
    np.testing.assert_allclose(y, SOUND, atol=1e-7)
    assert set(stand_in()) == {f"file:{video}"}
    resampled, rate = wav.read(video, 16000)
    assert rate == 16000 and len(resampled) == -(-len(SOUND) * 16000 // RATE)


def test_what_libsndfile_can_read_does_not_need_ffmpeg(stand_in, tmp_path):
    soundfile.write(tmp_path / "a.wav", SOUND, RATE)
    decode(tmp_path / "a.wav")
    assert stand_in() == []


def test_a_file_that_ffmpeg_cannot_read_is_one_sentence_that_quotes_it(stand_in, tmp_path):
    (tmp_path / "text.wav").write_text("I am no audio.")
    with pytest.raises(VconvError) as error:
        decode(tmp_path / "text.wav")
    assert str(error.value) == (
        f"{tmp_path / 'text.wav'}: is no readable audio file "
        "(ffmpeg: Invalid data found when processing input); use WAV, FLAC, Ogg or MP3"
    )
    assert rate_of(tmp_path / "text.wav") is None


def test_an_error_in_the_middle_of_a_file_is_told(stand_in, video):
    cut = video.rename(video.with_name("cut.m4a"))
    with pytest.raises(VconvError, match="cut.m4a: .*the packet is corrupt"):
        decode(cut)


def test_without_ffmpeg_the_sentence_says_to_install_it(video, monkeypatch):
    monkeypatch.setenv("PATH", "")
    with pytest.raises(VconvError, match="is no readable audio file .*, or install ffmpeg, which reads most other"):
        decode(video)


@pytest.mark.skipif(not REAL, reason="ffmpeg is not installed")
@pytest.mark.parametrize("name", ["a.m4a", "b.webm", "c.mka"])
def test_the_real_ffmpeg_decodes_other_formats(tmp_path, name):
    soundfile.write(tmp_path / "a.wav", SOUND, 48000)
    subprocess.run([REAL, "-v", "error", "-i", tmp_path / "a.wav", tmp_path / name], check=True)
    y, rate = decode(tmp_path / name)
    assert rate == 48000 and abs(len(y) - len(SOUND)) < 5000
    np.testing.assert_allclose(y.std(axis=0), SOUND.std(axis=0), rtol=0.1)


@pytest.mark.skipif(not REAL, reason="ffmpeg is not installed")
def test_the_real_ffmpeg_refuses_text(tmp_path):
    (tmp_path / "a.m4a").write_text("I am no audio.")
    with pytest.raises(VconvError, match="a.m4a: is no readable audio file .ffmpeg: "):
        decode(tmp_path / "a.m4a")


MANIFEST = (
    '<MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static" mediaPresentationDuration="PT3S" '
    'profiles="urn:mpeg:dash:profile:isoff-on-demand:2011"><Period><AdaptationSet mimeType="audio/mp4">'
    '<Representation id="1" bandwidth="1000"><BaseURL>file://{}</BaseURL></Representation></AdaptationSet></Period></MPD>'
)


@pytest.mark.skipif(not REAL, reason="ffmpeg is not installed")
@pytest.mark.parametrize("content", [MANIFEST, "ffconcat version 1.0\nfile other.m4a\n"], ids=["DASH", "concat"])
def test_the_real_ffmpeg_reads_no_file_that_another_names(tmp_path, content):
    other, path = tmp_path / "other.m4a", tmp_path / "manifest.mp4"
    soundfile.write(tmp_path / "a.wav", SOUND, 48000)
    subprocess.run([REAL, "-v", "error", "-i", tmp_path / "a.wav", other], check=True)
    path.write_text(content.format(other))
    decode(other)
    with pytest.raises(VconvError, match="is no readable audio file"):
        decode(path)
