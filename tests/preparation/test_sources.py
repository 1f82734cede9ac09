"""Speakers are told by folders, file names or a pattern, and their names can be used everywhere."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vconv.common import formats
from vconv.common.errors import VconvError
from vconv.preparation.sources import find_sources, usable


def touch(root, *names):
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).touch()
    return root


def found(root, pattern=None):
    return [(source.speaker, source.name) for source in find_sources(root, pattern).sources]


def test_folders_are_speakers_and_what_is_below_them_is_theirs(tmp_path):
    root = touch(tmp_path, "anna/1.wav", "anna/b/1.MP3", "Ben/x y.flac", "stray.wav", "Ben/notes.txt")
    (tmp_path / "empty").mkdir()
    assert found(root) == [("Ben", "x y"), ("anna", "1"), ("anna", "b_1")]
    (note,) = find_sources(root).notes
    assert note == f"1 recordings are left out, because they are of no speaker, such as {root / 'stray.wav'}"


def test_a_folder_that_holds_but_one_folder_is_no_speaker(tmp_path):
    root = touch(tmp_path, "corpus/wav48/p1/a.wav", "corpus/wav48/p2/a.wav")
    assert found(root) == [("p1", "a"), ("p2", "a")]


@pytest.mark.parametrize(
    ("names", "speakers"),
    [
        (("anna_1", "anna_2", "ben_1", "ben_2_b"), {"anna", "ben"}),
        (("1688-0", "1688-1", "7-0", "7-1"), {"1688", "7"}),
        (("anna_1", "anna_2", "anna_3"), {"my voice"}),
        (("anna_1", "anna_2", "ben_1"), {"my voice"}),
        (("20260101_1", "20260101_2", "20260102_1", "20260102_2"), {"my voice"}),
        (("Voice 001", "Voice 002"), {"my voice"}),
        (("a", "b"), {"my voice"}),
    ],
)
def test_file_names_tell_speakers_if_each_has_some(tmp_path, names, speakers):
    root = touch(tmp_path / "my voice", *(f"{name}.wav" for name in names))
    assert {speaker for speaker, _ in found(root)} == speakers
    assert len(found(root)) == len(names)


def test_a_pattern_overrides_the_guess(tmp_path):
    root = touch(tmp_path, "test/p1/x/1.wav", "train/p2/2.wav", "train/p1/3.wav")
    assert found(root, "*/{speaker}/{utterance}") == [("p1", "3"), ("p2", "2")]
    with pytest.raises(VconvError, match=r"--pattern: no recording below .* matches '\{speaker\}_\{utterance\}'; one"):
        found(root, "{speaker}_{utterance}")
    with pytest.raises(VconvError, match="--pattern: 'a' lacks {utterance}"):
        found(root, "a")


def test_hidden_files_and_litter_are_no_recordings(tmp_path):
    root = touch(tmp_path, "__MACOSX/a/1.wav", ".trash/2.wav", "a/._3.wav", "a/4.wav", "b/5.wav")
    assert found(root) == [("a", "4"), ("b", "5")]


def test_names_that_differ_in_the_case_or_the_suffix_stay_apart(tmp_path):
    root = touch(tmp_path, "a/x.wav", "a/x.flac", "a/X.wav", "A?/1.wav", "A:/1.wav")
    sources = find_sources(root).sources
    names = {(source.speaker.casefold(), source.name.casefold()) for source in sources}
    assert len(names) == 5 and len({source.speaker for source in sources}) == 3


def test_formats_that_need_ffmpeg_are_recordings_with_it_and_told_without(tmp_path, monkeypatch):
    root = touch(tmp_path, "a/1.m4a", "b/2.wav", "b/3.mp4")
    monkeypatch.setattr(formats, "ffmpeg", lambda: "ffmpeg")
    assert found(root) == [("a", "1"), ("b", "2"), ("b", "3")]
    assert found(root, "{speaker}/{utterance}") == [("a", "1"), ("b", "2"), ("b", "3")]
    monkeypatch.setattr(formats, "ffmpeg", lambda: None)
    assert found(root) == [("b", "2")]
    assert ["needs ffmpeg" in note for note in find_sources(root).notes] == [True, True]


def test_a_folder_without_recordings_is_a_mistake(tmp_path):
    with pytest.raises(VconvError, match="holds no recording that can be read"):
        found(touch(tmp_path, "a/notes.txt"))
    with pytest.raises(VconvError, match="there is no such folder"):
        found(tmp_path / "b")


@given(st.text(max_size=120))
def test_names_of_any_script_become_names_of_files(text):
    name = usable(text)
    assert name and len(name.encode()) <= 80 and name == name.strip(" .") and ".." not in name
    assert not set(name) & set('/\\:*?"<>|,[]{}$`\n\0')
    if text.isalnum() and len(text) < 20:
        assert name == unicodedata.normalize("NFC", text)
