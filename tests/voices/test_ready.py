"""What --run means: a folder, a file, or the name of a ready voice; and the list of ready voices."""

import shutil

import pytest
from calls import parse_json, vconv_command

from vconv.common.errors import VconvError
from vconv.conversion.converter import VoiceConverter
from vconv.voices import listing, ready
from vconv.voices.pack import pack
from vconv.voices.voice_file import VoiceFile


@pytest.fixture(scope="module")
def packed(tiny, tmp_path_factory):
    path = tmp_path_factory.mktemp("ready") / "small-voice.vconv"
    pack(tiny.run, path)
    return path


@pytest.fixture
def shipped(packed, tmp_path, monkeypatch):
    """The package ships the voice "small-voice" alone; the working folder is empty."""
    monkeypatch.setattr(ready, "files", lambda _: packed.parent)
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")
    return packed


def test_a_folder_comes_before_a_file_and_a_file_before_a_ready_voice(shipped, tiny):
    assert ready.names() == ["small-voice"]
    assert ready.open_run("small-voice").path == shipped
    shutil.copy(shipped, "small-voice")
    assert str(ready.open_run("small-voice").path) == "small-voice"


def test_an_existing_folder_means_this_folder(shipped, tiny):
    shutil.copytree(tiny.run, "small-voice")
    found = ready.open_run("small-voice")
    assert isinstance(found, ready.ConvertingRun) and VoiceConverter.load("small-voice").name == "convvae (small-voice)"


def test_the_name_of_a_ready_voice_converts_anywhere_and_the_command_says_which_it_is(shipped, tiny, capsys):
    recording = tiny.evaluation / "bob" / "é 1.wav"
    assert vconv_command("convert", "--run=small-voice", "--target=Zoë M", recording, "--output=me.wav") == 0
    out = capsys.readouterr().out
    assert out.startswith(f"converting by the voice small-voice ({shipped}, {VoiceFile(shipped).digest})\n")
    assert vconv_command("convert", f"--run={tiny.run}", "--target=Zoë M", recording, "--output=run.wav") == 0
    assert capsys.readouterr().out.startswith(f"converting by the run folder {tiny.run}\n")


def test_an_unknown_voice_is_one_sentence_that_lists_the_ready_voices(shipped, capsys):
    with pytest.raises(VconvError, match="^x: does not exist, and no ready voice .*, or a ready voice: small-voice$"):
        VoiceConverter.load("x")
    assert vconv_command("convert", "--run=small-voice", "--pairs=all", "--output=out") == 2
    assert "a voice file knows no corpus; give --corpus" in capsys.readouterr().err


def test_the_list_has_speakers_and_facts(shipped, tiny, capsys):
    assert vconv_command("voices") == 0
    text = capsys.readouterr().out
    assert (
        text.startswith("small-voice: convvae, 16000 Hz") and "license: not stated" in text and "scores: none" in text
    )
    for name in tiny.speakers:
        assert f"\n  {name}" in text
    assert vconv_command("voices", "--json", "small-voice") == 0
    content = parse_json(capsys.readouterr().out)
    assert [one["name"] for one in content["small-voice"]["speakers"]] == list(tiny.speakers)
    assert vconv_command("voices", "--markdown") == 0
    assert capsys.readouterr().out == listing.as_markdown([VoiceFile(shipped)]) + "\n"
    assert vconv_command("voices", tiny.run) == 2
    assert "is a run folder, no voice" in capsys.readouterr().err


def test_scores_are_told_with_their_units(packed):
    voice = VoiceFile(packed)
    voice.facts["scores"] = {
        "pairs": ["A-B"],
        "mcd": {"measure": "mcd24", "mean": 6.372, "interval": [6, 7], "files": 3},
        "wer": {"measure": "wer", "mean": 0.0491, "interval": [0, 1], "files": 3},
        "similarity": {"measure": "unknown", "mean": 1, "interval": [0, 1], "files": 3},
        "naturalness": {"measure": "distillmos", "mean": None, "interval": [None, None], "files": 3},
    }
    assert listing.scores_of(voice) == ["MCD 6.37 dB", "word errors 4.9 %"]
