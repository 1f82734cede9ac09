"""`vconv init`: what is written, what is skipped, what a second call does, and that the recipe runs."""

import csv
import json
import os
import shutil
import subprocess

import numpy as np
import pytest
import soundfile
from calls import vconv_command
from recipe_copy import RECORDING_VCONV, Copy
from spoken import RATE, speech, write

from vconv.audio import loudness
from vconv.commands.cli import parser
from vconv.common.errors import VconvError
from vconv.corpus.recordings import Corpus
from vconv.preparation import prepare, recipe
from vconv.preparation.sources import Source

LONG_S = (3.0, 4.0, 2.5, 3.5, 2.2)


@pytest.fixture
def own(tmp_path):
    """A folder of two speakers: `no` with 8 recordings, `001` with a long one."""
    root = tmp_path / "own recordings é"
    for number in range(8):
        write(root / "no" / f"{number:03}.wav", speech(2.0, f0_hz=220.0))
    write(root / "001" / "long.flac", speech(*LONG_S, pause_s=1.5))
    return root


def init(folder, root, *options):
    return vconv_command("init", folder, "--recordings", root, "--jobs=1", *options)


def rows(folder):
    with (folder / "segments.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_a_folder_becomes_a_corpus_with_three_splits(own, tmp_path, capsys):
    folder = tmp_path / "recipe"
    assert init(folder, own) == 0
    out = capsys.readouterr().out
    corpus = Corpus.load(folder / "corpus.yaml")
    assert corpus.speakers == ["001", "no"] and corpus.settings["sample_rate"] == RATE and corpus.notes == []
    for split, count in (("training", 9), ("validation", 2), ("evaluation", 2)):
        found = [utterance.speaker for utterance in corpus.utterances if utterance.split == split]
        assert len(found) == count and set(found) == {"001", "no"}
    assert f"speakers told by the folders in {own}" in out and f"next: sh {folder / 'run.sh'}" in out
    assert [line.split() for line in out.splitlines()[2:4]] == [
        ["001", "1", "0.4", "5", "0.3"],
        ["no", "8", "0.3", "8", "0.3"],
    ]


def test_long_recordings_are_cut_in_pauses_and_all_are_levelled(own, tmp_path):
    assert init(tmp_path / "recipe", own) == 0
    cut = [row for row in rows(tmp_path / "recipe") if row["speaker"] == "001"]
    begin_s = np.cumsum([0.0, *LONG_S[:-1]]) + 1.5 * np.arange(len(LONG_S))
    np.testing.assert_allclose([float(row["start_s"]) for row in cut], np.maximum(begin_s - 0.15, 0), atol=0.1)
    np.testing.assert_allclose([float(row["end_s"]) for row in cut], begin_s + LONG_S + 0.15, atol=0.1)
    for row in rows(tmp_path / "recipe"):
        path = tmp_path / "recipe" / "recordings" / row["speaker"] / f"{row['utterance']}.flac"
        y, rate = soundfile.read(path)
        assert loudness.speech_level(y, rate) == pytest.approx(loudness.REFERENCE_LEVEL, rel=0.02)
        first, last = (round(float(row[key]) * RATE) for key in ("start_s", "end_s"))
        original = soundfile.read(own / row["recording"])[0][first:last]
        np.testing.assert_allclose(y, original * 10 ** (float(row["gain_db"]) / 20), atol=1e-3)


def test_a_dry_run_writes_nothing_and_tells_the_same(own, tmp_path, capsys):
    assert init(tmp_path / "recipe", own, "--dry-run") == 0
    told = capsys.readouterr().out
    assert not (tmp_path / "recipe").exists()
    init(tmp_path / "recipe", own)
    assert capsys.readouterr().out.startswith(told)


def test_a_second_call_makes_only_what_is_missing_or_changed(own, tmp_path):
    folder = tmp_path / "recipe"
    init(folder, own)
    utterances = sorted((folder / "recordings").rglob("*.flac"))
    times = {path: path.stat().st_mtime_ns for path in utterances}
    finished = folder / ".finished.jsonl"
    lines = finished.read_text(encoding="utf-8").splitlines()
    finished.write_text("\n".join(lines)[:-20], encoding="utf-8")  # killed in the middle of the last line
    write(own / "001" / "long.flac", speech(3.0, 4.0, 5.0))
    write(own / "no" / "008.wav", speech(2.0, f0_hz=220.0))
    assert init(folder, own) == 0
    kept = [path for path in utterances if path.exists() and path.stat().st_mtime_ns == times[path]]
    assert len(kept) == 7 and {path.parent.name for path in kept} == {"no"}
    assert [row["speaker"] for row in rows(folder)] == ["001"] * 2 + ["no"] * 9
    assert len(list((folder / "recordings").rglob("*.flac"))) == 11
    assert (folder / "corpus.yaml.old").exists()


def test_what_is_interrupted_at_once_can_begin_again(own, tmp_path, monkeypatch):
    def interrupted(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(prepare, "_prepare_all", interrupted)
    for _ in range(2):
        with pytest.raises(KeyboardInterrupt):
            prepare.prepare(own, tmp_path / "recipe")
        assert (tmp_path / "recipe" / "recordings").exists()


def test_broken_recordings_are_told_at_the_end_and_the_rest_is_done(own, tmp_path, capsys):
    (own / "no" / "text.wav").write_text("hello")
    (own / "no" / "empty.wav").write_bytes(b"")
    write(own / "no" / "silent.wav", np.zeros(RATE))
    write(own / "no" / "word.wav", np.concatenate([speech(0.2), np.zeros(RATE)]))
    assert init(tmp_path / "recipe", own) == 2
    out, err = capsys.readouterr()
    told = [line for line in err.splitlines() if line.startswith("vconv: ")]
    assert [line.split("/no/")[1].split(":")[0] for line in told] == [
        "empty.wav",
        "silent.wav",
        "text.wav",
        "word.wav",
    ]
    assert "holds no speech" in told[-1] and "4 recordings cannot be used" in out
    assert len(rows(tmp_path / "recipe")) == 13


def test_stereo_with_a_dead_or_an_inverted_channel_is_one_channel(own, tmp_path, capsys):
    y = speech(2.0, f0_hz=220.0)
    write(own / "no" / "dead.wav", np.column_stack([y, 0 * y]))
    write(own / "no" / "inverted.wav", np.column_stack([y, -y]))
    assert init(tmp_path / "recipe", own) == 0
    written = {name: soundfile.read(tmp_path / "recipe/recordings/no" / f"{name}.flac")[0] for name in ("dead", "000")}
    written["inverted"] = soundfile.read(tmp_path / "recipe/recordings/no/inverted.flac")[0]
    for name in "dead", "inverted":
        np.testing.assert_allclose(written[name], written["000"], atol=1e-3)
    assert "channels cancel each other" in capsys.readouterr().err


def test_a_speaker_with_too_little_speech_is_left_out_and_told(own, tmp_path, capsys):
    write(own / "Zoë" / "1.wav", speech(3.0))
    assert init(tmp_path / "recipe", own) == 0
    assert "note: Zoë is left out, because 1 utterances are too few" in capsys.readouterr().err
    assert Corpus.load(tmp_path / "recipe" / "corpus.yaml").speakers == ["001", "no"]
    shutil.rmtree(own / "no")
    shutil.rmtree(own / "001")
    with pytest.raises(VconvError, match="no speaker has 3 utterances"):
        prepare.prepare(own, tmp_path / "other", jobs=1)


def test_folders_that_lie_in_each_other_or_hold_something_else_are_refused(own, tmp_path):
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "file").touch()
    for folder, reason in ((own / "x", "lies in the folder"), (tmp_path / "full", "holds something that vconv init")):
        with pytest.raises(VconvError, match=reason):
            prepare.prepare(own, folder)
    with pytest.raises(VconvError, match="or holds it"):
        prepare.prepare(own, tmp_path)


@pytest.mark.parametrize(
    ("rates_hz", "chosen"),
    [
        ([[48000], [44100]], 24000),
        ([[48000], [16000]], 16000),
        ([[22050] * 20 + [8000], [22050]], 22050),
        ([[22050] * 20 + [8000] * 9, [22050]], 12000),
        ([[96000]], 24000),
    ],
)
def test_the_rate_is_one_that_all_speakers_have(tmp_path, rates_hz, chosen):
    sources = []
    for speaker, rates in enumerate(rates_hz):
        for number, rate in enumerate(rates):
            path = tmp_path / f"{speaker}-{number}.wav"
            write(path, np.zeros(1000), rate)
            sources.append(Source(str(speaker), str(number), path))
    assert prepare.choose_rate(sources) == chosen


@pytest.mark.parametrize(
    ("speakers", "pairs"),
    [(["a"], None), (["001", "no"], "all"), (["a b", "é", "c", "d"], "a b-é,é-c,c-d,d-a b")],
)
def test_run_sh_gives_commands_that_exist_in_order(tmp_path, speakers, pairs):
    folder, notes = tmp_path / "a recipe", tmp_path / "notes"
    folder.mkdir()
    (folder / "run.sh").write_text(recipe.run_sh(speakers), encoding="utf-8")
    Copy.program(None, tmp_path / "bin" / "vconv", RECORDING_VCONV)
    environment = os.environ | {"PATH": f"{tmp_path / 'bin'}:{os.environ['PATH']}", "NOTES": str(notes)}
    environment["FAILURES_OF"] = "extract"
    command = ["sh", str(folder / "run.sh"), "--set", "training.seed=3"]
    result = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert result.returncode == 0 and result.stderr == "left out by vconv extract:\na b.wav: is no audio file\n"
    called = [json.loads(line) for line in notes.read_text(encoding="utf-8").splitlines()]
    options = [parser().parse_args(call) for call in called]
    names = [one.command for one in options]
    if pairs is None:
        assert names == ["extract", "statistics", "train"] and options[2].model == "convvae"
    else:
        assert names == ["extract", "statistics", "match", "train", "convert", "evaluate", "report"]
        assert options[4].pairs == options[5].pairs == pairs
    assert options[names.index("train")].set == ["training.seed=3"]


def test_without_the_command_run_sh_says_so(tmp_path):
    (tmp_path / "run.sh").write_text(recipe.run_sh(["a", "b"]), encoding="utf-8")
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "dirname").symlink_to(shutil.which("dirname"))
    command = [shutil.which("sh"), str(tmp_path / "run.sh")]
    result = subprocess.run(command, env={"PATH": str(tmp_path / "bin")}, capture_output=True, text=True, check=False)
    assert result.returncode == 2 and "vconv is not in PATH" in result.stderr
