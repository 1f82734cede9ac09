"""The recordings in a folder."""

import unicodedata

import pytest

from vconv.audio.folder import audio_files, by_name, left_out
from vconv.common import formats
from vconv.common.errors import VconvError


@pytest.fixture(autouse=True)
def no_ffmpeg(monkeypatch):
    monkeypatch.setattr(formats, "ffmpeg", lambda: None)


def test_audio_files_are_known_by_their_suffix(tmp_path):
    for name in "b é.wav", "a.FLAC", "c.b.ogg", ".hidden.wav", "notes.txt", "d.mp3", "e.m4a":
        (tmp_path / name).touch()
    (tmp_path / "folder.wav").mkdir()
    assert [path.name for path in audio_files(tmp_path)] == ["a.FLAC", "b é.wav", "c.b.ogg", "d.mp3"]
    assert {name: path.name for name, path in by_name(str(tmp_path)).items()} == {
        "a": "a.FLAC",
        "b é": "b é.wav",
        "c.b": "c.b.ogg",
        "d": "d.mp3",
    }


def test_missing_and_empty_folders_and_equal_stems_are_refused(tmp_path):
    with pytest.raises(VconvError, match="there is no such folder"):
        audio_files(tmp_path / "nowhere")
    with pytest.raises(VconvError, match=r"holds no \.wav, \.flac, .* file; name a folder"):
        audio_files(tmp_path)
    for name in "a.wav", "a.flac":
        (tmp_path / name).touch()
    with pytest.raises(VconvError, match="a.wav: there is also a.flac; keep one"):
        by_name(tmp_path)


def test_other_formats_and_sub_folders_are_told_with_the_remedy(tmp_path):
    for name in "a.wav", "b.m4a", "c.M4A", "d.wma", "deep/e.wav", "deep/er/f.amr", "deep/.g.wav", "deep/notes.txt":
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    assert left_out([tmp_path, tmp_path / "a.wav"]) == [
        f"{tmp_path}: 2 .m4a files are left out, because reading this format needs ffmpeg; install it, or convert "
        "them to WAV first",
        f"{tmp_path}: 1 .wma files are left out, because reading this format needs ffmpeg; install it, or convert "
        "them to WAV first",
        f"{tmp_path}: 2 recordings in sub-folders are left out, such as {tmp_path / 'deep/e.wav'}; name their folders",
    ]
    (tmp_path / "a.wav").unlink()
    with pytest.raises(VconvError, match="file; 2 .m4a files are left out.*; 1 .wma.*; 2 recordings in sub-folders"):
        audio_files(tmp_path)


def test_with_ffmpeg_a_folder_has_more_formats(tmp_path, monkeypatch):
    for name in "a.wav", "b.M4A", "c.mp4", "notes.txt":
        (tmp_path / name).touch()
    assert [path.name for path in audio_files(tmp_path)] == ["a.wav"]
    monkeypatch.setattr(formats, "ffmpeg", lambda: "/usr/bin/ffmpeg")
    assert [path.name for path in audio_files(tmp_path)] == ["a.wav", "b.M4A", "c.mp4"] and not left_out([tmp_path])


def test_a_name_with_accents_is_composed(tmp_path):
    (tmp_path / f"{unicodedata.normalize('NFD', 'é')}.wav").touch()
    assert list(by_name(tmp_path)) == ["é"]
    (tmp_path / "é.wav").touch()
    with pytest.raises(VconvError, match="keep one recording of that name"):
        by_name(tmp_path)
