"""From recordings to scores by the command `vconv`; broken files are listed and the others processed."""

import csv
import os
import shutil

import numpy as np
import pytest
import soundfile
import tiny as tiny_corpus
from calls import parse_json, vconv_command

from vconv.evaluation.measures import GROUPS
from vconv.evaluation.scores import SYSTEMS


def peak(path):
    return np.abs(soundfile.read(path)[0]).max()


def test_conversions_of_all_pairs_are_written_and_scored(tiny, tmp_path, capsys):
    output, scores = tmp_path / "converted é", tmp_path / "scores.json"
    common = [f"--run={tiny.run}", "--pairs=all"]
    assert vconv_command("convert", *common, "--output", output) == 0
    pairs = [f"{source}-{target}" for source in tiny.speakers for target in tiny.speakers if source != target]
    found = sorted(str(path.relative_to(output)) for path in output.rglob("*") if path.is_file())
    assert found == sorted(f"{pair}/é {number}.wav" for pair in pairs for number in (1, 2))
    for path in output.rglob("*.wav"):
        assert soundfile.info(path).samplerate == 16000 and 1e-3 < peak(path) < 1
        assert soundfile.info(path).duration == pytest.approx(tiny_corpus.SECONDS, abs=0.01)
    assert "12 files written, 0 recordings failed" in capsys.readouterr().out
    assert vconv_command("evaluate", *common, "--converted", output, "--jobs=1", "--json", scores) == 0
    table = capsys.readouterr().out.splitlines()
    rows = [line.split("  ")[0] for line in table if "  converted " in line]
    assert rows == [*pairs, "all"]
    titles = [group.title for key, group in GROUPS.items() if key not in ("naturalness", "wer")]
    assert [line.split(":")[0] for line in table[: len(titles)]] == titles, "a protocol for each group in the table"
    content = parse_json(scores.read_text(encoding="utf-8"))
    assert list(content["pairs"]) == pairs and content["failures"] == []
    for groups in content["pairs"].values():
        mcd = {name: entry["mean"] for name, entry in groups["mcd"].items()}
        cents = {name: entry["details"]["median_cents"]["mean"] for name, entry in groups["f0"].items()}
        assert groups["mcd"]["converted"]["files"] == 2
        assert 0 == mcd["target"] < mcd["copy_synthesis"] < min(mcd["converted"], mcd["source"])
        assert abs(cents["converted"]) < 120 and abs(cents["source"]) > 400, "F0 becomes the target's with any network"
    rows = list(csv.DictReader(scores.with_suffix(".csv").open(encoding="utf-8")))
    assert len(rows) == 4 * 2 * len(pairs) and {row["system"] for row in rows} == set(SYSTEMS)


class Recognizer:
    """Stands for a speech recognizer that always understands the same."""

    def __init__(self, model, language):
        self.language = language

    def transcribe(self, y, rate):
        return f"hello world {self.language}"


def test_word_errors_are_against_the_texts_that_corpus_yaml_names(tiny, tmp_path, monkeypatch, capsys):
    shutil.copytree(tiny.folder / "recordings", tmp_path / "recordings")
    (tmp_path / "recordings" / "txt").mkdir()
    for number, text in (1, "Hello world fi"), (2, "hello there, fi."):
        (tmp_path / "recordings" / "txt" / f"é {number}.txt").write_text(text, encoding="utf-8")
    corpus = tmp_path / "corpus.yaml"
    corpus.write_text(tiny_corpus.CORPUS + "transcripts: txt/{utterance}.txt\nlanguage: fi\n", encoding="utf-8")
    common = f"--run={tiny.run}", "--pairs=bob-Mary-Ann", f"--corpus={corpus}"
    assert vconv_command("convert", *common, f"--output={tmp_path / 'out'}") == 0
    monkeypatch.setattr("vconv.evaluation.intelligibility.Recognizer", Recognizer)
    evaluate = "evaluate", *common, f"--converted={tmp_path / 'out'}", "--jobs=1", "--without-neural", "--whisper=m"
    pytest.importorskip("whisper_normalizer", reason="the extra `neural` is not installed")
    assert vconv_command(*evaluate, f"--json={tmp_path / 'scores.json'}") == 0
    assert "transcripts" not in capsys.readouterr().err
    wer = parse_json((tmp_path / "scores.json").read_text(encoding="utf-8"))["pairs"]["bob-Mary-Ann"]["wer"]
    assert {system: wer[system]["mean"] for system in SYSTEMS} == pytest.approx(dict.fromkeys(SYSTEMS, 1 / 6))


def test_missing_conversions_are_listed_and_the_others_scored(tiny, tmp_path, capsys):
    folder = tmp_path / "bob-Mary-Ann"
    folder.mkdir()
    shutil.copy(tiny.evaluation / "Mary-Ann" / "é 1.wav", folder)
    arguments = "evaluate", f"--run={tiny.run}", "--pairs=bob-Mary-Ann", f"--converted={tmp_path}", "--jobs=1"
    scores = tmp_path / "scores.json"
    assert vconv_command(*arguments, "--without-neural", "--json", scores) == 2
    out, err = capsys.readouterr()
    (line,) = [line for line in out.splitlines() if line.startswith("bob-Mary-Ann  converted")]
    assert line.split()[2] == "0.00" and line.split()[-1] == "1", "the table has the number of files"
    note, *_, warning, mistake = err.splitlines()
    assert note == "note: bob-Mary-Ann: has a single converted recording, so nothing has an interval"
    assert warning == "1 warnings: the scores above are of the remaining files"
    assert mistake == f"vconv: {folder / 'é 2.wav'}: is missing; convert the pair first"
    assert vconv_command("evaluate", "--compare", scores, scores) == 0
    assert "MCD (mcd24) / dB ↓: A 0.000, B 0.000, A - B +0.000" in capsys.readouterr().out


def test_broken_files_of_a_folder_are_listed_and_the_others_converted(tiny, tmp_path, capsys):
    source = tmp_path / "my recordings é"
    shutil.copytree(tiny.evaluation / "bob", source)
    (source / "a text.wav").write_text("I am a text")
    (source / "empty.flac").write_bytes(b"")
    soundfile.write(source / "nan.wav", np.array([0.0, np.nan] * 4000), 16000, subtype="FLOAT")
    soundfile.write(source / "short.wav", np.zeros(100), 16000)
    soundfile.write(source / "silent.wav", np.zeros(8000), 16000)
    before = {path.name: path.read_bytes() for path in source.iterdir()}
    output = tmp_path / "out"
    options = f"--run={tiny.run}", "--target=Zoë M", "--format=ogg", "--rate=22050"
    assert vconv_command("convert", *options, source, "--output", output) == 2
    out, err = capsys.readouterr()
    assert sorted(path.name for path in output.iterdir()) == ["silent.ogg", "é 1.ogg", "é 2.ogg"]
    assert all(soundfile.info(path).samplerate == 22050 for path in output.iterdir())
    assert "3 files written, 4 recordings failed" in out
    assert f"{source / 'silent.wav'}: no frame is voiced, so it is converted without a voice" in out
    lines = err.splitlines()
    assert [line.removeprefix(f"vconv: {source}/").split(":")[0] for line in lines] == [
        "a text.wav",
        "empty.flac",
        "nan.wav",
        "short.wav",
    ]
    assert all(line.count(str(source)) == 1 for line in lines)
    assert {path.name: path.read_bytes() for path in source.iterdir()} == before


@pytest.fixture
def one_broken(tmp_path):
    """A corpus of two good recordings and a text."""
    for number in (1, 2):
        tiny_corpus._write(tmp_path / "in" / "bob" / f"{number}.wav", tiny_corpus.sentence("bob", number))
    (tmp_path / "in" / "bob" / "a text.wav").write_text("I am a text")
    (tmp_path / "corpus.yaml").write_text("root: in\nsplits:\n  training: {}\n")
    return tmp_path


def test_a_broken_recording_is_listed_and_the_others_extracted(one_broken, capsys):
    extract = "extract", f"--corpus={one_broken / 'corpus.yaml'}", "--jobs=1"
    broken, features = one_broken / "in" / "bob" / "a text.wav", one_broken / "dump" / "features.h5"
    for analyzed, kept in (2, 0), (0, 2):
        assert vconv_command(*extract) == 2
        out, err = capsys.readouterr()
        sentence = err.splitlines()[-1].removeprefix("vconv: ")
        assert sentence.startswith(f"{broken}: is no readable audio file") and err.count(str(broken)) == 1
        assert f"{features}: {analyzed} recordings analyzed, {kept} there already, 1 failed" in out
    assert vconv_command(*extract, f"--failures={one_broken / 'left out.txt'}") == 0
    assert (one_broken / "left out.txt").read_text() == f"{sentence}\n" and sentence in capsys.readouterr().err
    broken.unlink()
    assert vconv_command(*extract, f"--failures={one_broken / 'left out.txt'}") == 0
    assert (one_broken / "left out.txt").read_text() == "" and "0 failed" in capsys.readouterr().out


def test_failures_of_a_conversion_are_written_to_a_file(one_broken, tiny, capsys):
    arguments = ["convert", f"--run={tiny.run}", "--target=Zoë M", one_broken / "in" / "bob", "--output"]
    assert vconv_command(*arguments, one_broken / "out", "--failures", one_broken / "new" / "list") == 0
    assert (one_broken / "new" / "list").read_text() == capsys.readouterr().err.splitlines()[-1][7:] + "\n"


def test_conversion_into_the_folder_of_the_recordings_is_refused(tiny, tmp_path, capsys):
    source = tmp_path / "in"
    shutil.copytree(tiny.evaluation / "bob", source)
    before = {path.name: path.read_bytes() for path in source.iterdir()}
    assert vconv_command("convert", f"--run={tiny.run}", "--target=Zoë M", source, "--output", source) == 2
    assert capsys.readouterr().err.count("would be overwritten by its own conversion") == 2
    assert {path.name: path.read_bytes() for path in source.iterdir()} == before


def test_corpus_dir_names_the_folder_of_a_corpus_that_was_moved(tiny, tmp_path):
    shutil.copytree(tiny.folder / "recordings", tmp_path / "elsewhere")
    (tmp_path / "elsewhere" / "eval" / "bob" / "é 2.wav").rename(tmp_path / "elsewhere" / "eval" / "bob" / "new.wav")
    assert (
        vconv_command(
            "convert",
            f"--run={tiny.run}",
            "--pairs=bob-Zoë M",
            "--output",
            tmp_path / "out",
            "--corpus-dir",
            tmp_path / "elsewhere",
            "--format=flac",
        )
        == 0
    )
    assert sorted(os.listdir(tmp_path / "out" / "bob-Zoë M")) == ["new.flac", "é 1.flac"]
