"""The recordings in a folder."""

import pytest

from vconv.audio.folder import audio_files, by_name
from vconv.common.errors import VconvError


def test_audio_files_are_known_by_their_suffix(tmp_path):
    for name in "b é.wav", "a.FLAC", "c.b.ogg", ".hidden.wav", "notes.txt", "d.mp3":
        (tmp_path / name).touch()
    (tmp_path / "folder.wav").mkdir()
    assert [path.name for path in audio_files(tmp_path)] == ["a.FLAC", "b é.wav", "c.b.ogg"]
    assert {name: path.name for name, path in by_name(str(tmp_path)).items()} == {
        "a": "a.FLAC",
        "b é": "b é.wav",
        "c.b": "c.b.ogg",
    }


def test_missing_and_empty_folders_and_equal_stems_are_refused(tmp_path):
    with pytest.raises(VconvError, match="there is no such folder"):
        audio_files(tmp_path / "nowhere")
    with pytest.raises(VconvError, match=r"holds no \.wav, \.flac or \.ogg file"):
        audio_files(tmp_path)
    for name in "a.wav", "a.flac":
        (tmp_path / name).touch()
    with pytest.raises(VconvError, match="a.wav: there is also a.flac; keep one"):
        by_name(tmp_path)
