"""The command: the whole way from recordings to scores, and one sentence with status 2 for every mistake."""

import csv
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time

import h5py
import numpy as np
import pytest
import soundfile
import tiny as tiny_corpus

import vconv
from vconv.commands import cli, convert, info, train
from vconv.evaluation.measures import GROUPS
from vconv.evaluation.scores import SYSTEMS
from vconv.training.run_folder import RunFolder

PROGRAM = (
    "import signal, sys; from vconv.commands.cli import main; "
    "signal.signal(signal.SIGINT, signal.default_int_handler); "
    "sys.exit(main())"
)


def start(*arguments, **options):
    """Start the command in a process of its own, in which Ctrl-C works wherever the tests run."""
    return subprocess.Popen([sys.executable, "-c", PROGRAM, *map(str, arguments)], text=True, **options)


def vconv_command(*arguments):
    """Run the command here and return its exit status."""
    return cli.main([str(argument) for argument in arguments])


@pytest.fixture
def no_tensorflow(monkeypatch):
    """Mistakes that can be seen without TensorFlow are told without it."""
    for command in convert, info, train:
        monkeypatch.setattr(command, "load_tensorflow", lambda: pytest.fail("TensorFlow was loaded before the mistake"))


def strict(text):
    return json.loads(text, parse_constant=lambda constant: pytest.fail(f"{constant} in JSON"))


def peak(path):
    return np.abs(soundfile.read(path)[0]).max()


# From end to end


def test_from_recordings_to_scores(tiny, tmp_path, capsys):
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
    content = strict(scores.read_text(encoding="utf-8"))
    assert list(content["pairs"]) == pairs and content["failures"] == []
    for groups in content["pairs"].values():
        mcd = {name: entry["mean"] for name, entry in groups["mcd"].items()}
        cents = {name: entry["details"]["median_cents"]["mean"] for name, entry in groups["f0"].items()}
        assert groups["mcd"]["converted"]["files"] == 2
        assert 0 == mcd["target"] < mcd["copy_synthesis"] < min(mcd["converted"], mcd["source"])
        assert abs(cents["converted"]) < 120 and abs(cents["source"]) > 400, "any network moves F0 to the target's"
    rows = list(csv.DictReader(scores.with_suffix(".csv").open(encoding="utf-8")))
    assert len(rows) == 4 * 2 * len(pairs) and {row["system"] for row in rows} == set(SYSTEMS)


def test_missing_and_broken_conversions_are_listed(tiny, tmp_path, capsys):
    folder = tmp_path / "bob-Mary-Ann"
    folder.mkdir()
    shutil.copy(tiny.evaluation / "Mary-Ann" / "é 1.wav", folder)
    arguments = "evaluate", f"--run={tiny.run}", "--pairs=bob-Mary-Ann", f"--converted={tmp_path}", "--jobs=1"
    scores = tmp_path / "scores.json"
    assert vconv_command(*arguments, "--without-neural", "--json", scores) == 2
    out, err = capsys.readouterr()
    (line,) = [line for line in out.splitlines() if line.startswith("bob-Mary-Ann  converted")]
    assert line.split()[2] == "0.00" and line.split()[-1] == "1", "the table says on how many files it rests"
    note, *_, warning, mistake = err.splitlines()
    assert note == "note: bob-Mary-Ann: has a single converted recording, so nothing has an interval"
    assert warning == "1 warnings: the scores above are of the remaining files"
    assert mistake == f"vconv: {folder / 'é 2.wav'}: is missing; convert the pair first"
    assert vconv_command("evaluate", "--compare", scores, scores) == 0
    assert "MCD (mcd24) / dB ↓: A 0.000, B 0.000, A - B +0.000" in capsys.readouterr().out


def test_a_folder_with_broken_files(tiny, tmp_path, capsys):
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
    assert sorted(path.name for path in output.iterdir()) == ["é 1.ogg", "é 2.ogg"]
    assert all(soundfile.info(path).samplerate == 22050 for path in output.iterdir())
    assert "2 files written, 5 recordings failed" in out
    lines = err.splitlines()
    assert [line.removeprefix(f"vconv: {source}/").split(":")[0] for line in lines] == [
        "a text.wav",
        "empty.flac",
        "nan.wav",
        "short.wav",
        "silent.wav",
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


def test_a_broken_recording_is_told_and_the_rest_extracted(one_broken, capsys):
    extract = "extract", f"--corpus={one_broken / 'corpus.yaml'}", "--jobs=1"
    broken, features = one_broken / "in" / "bob" / "a text.wav", one_broken / "dump" / "features.h5"
    for analyzed, there in (2, 0), (0, 2):
        assert vconv_command(*extract) == 2
        out, err = capsys.readouterr()
        sentence = err.splitlines()[-1].removeprefix("vconv: ")
        assert sentence.startswith(f"{broken}: is no readable audio file") and err.count(str(broken)) == 1
        assert f"{features}: {analyzed} recordings analyzed, {there} there already, 1 failed" in out
    assert vconv_command(*extract, f"--failures={one_broken / 'left out.txt'}") == 0
    assert (one_broken / "left out.txt").read_text() == f"{sentence}\n" and sentence in capsys.readouterr().err
    broken.unlink()
    assert vconv_command(*extract, f"--failures={one_broken / 'left out.txt'}") == 0
    assert (one_broken / "left out.txt").read_text() == "" and "0 failed" in capsys.readouterr().out


def test_failures_of_a_conversion_can_be_written_to_a_file(one_broken, tiny, capsys):
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


def test_the_corpus_can_have_moved(tiny, tmp_path):
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


# What it says of itself


def test_help_and_mistakes_need_no_heavy_import():
    heavy = "tensorflow", "keras", "librosa", "matplotlib", "h5py", "pyworld", "numpy"
    program = f"""if True:
        import sys
        from vconv import cli
        try:
            cli.main(["--help"])
        except SystemExit as leave:
            assert not leave.code
        print("heavy:", [name for name in {heavy} if name in sys.modules])
        assert cli.main(["info", "nonsense"]) == 2
        assert cli.main(["convert", "--run=nowhere", "--target=A", "--output=x", "y.wav"]) == 2
        print("tensorflow:", "tensorflow" in sys.modules)"""
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert "heavy: []" in result.stdout and "tensorflow: False" in result.stdout
    for command in "download", "extract", "statistics", "train", "convert", "evaluate", "info":
        assert re.search(rf"^    {command}\b", result.stdout, re.MULTILINE)
    assert len(result.stderr.splitlines()) == 2


def test_version(capsys):
    with pytest.raises(SystemExit) as leave:
        cli.main(["--version"])
    assert leave.value.code == 0 and capsys.readouterr().out == f"vconv {vconv.__version__}\n"


def test_info_lists_the_models(capsys):
    assert cli.main(["info"]) == 0
    assert capsys.readouterr().out.split() == ["convvae", "dcgan", "matched", "melgan", "melgan_light", "vawgan"]


def test_info_json_is_the_published_network(capsys):
    assert cli.main(["info", "convvae", "--json"]) == 0
    info = strict(capsys.readouterr().out)
    assert set(info) == {"model", "networks", "parameters", "trainable", "settings"} and info["model"] == "convvae"
    assert info["parameters"] == info["trainable"] == 939162
    networks = info["networks"].values()
    assert sum(network["parameters"] for network in networks) == 939162
    assert all({"parameters", "trainable"} <= set(network) for network in networks)
    assert info["settings"]["training"]["batch_size"] >= 1


def test_info_follows_settings_and_speakers(capsys):
    found = {}
    for arguments in (), ("--set=network.latent=4",), ("--speakers=3",), ("--bins=257",):
        assert cli.main(["info", "convvae", "--json", *tiny_corpus.SET, *arguments]) == 0
        found[arguments] = strict(capsys.readouterr().out)
    assert found["--set=network.latent=4",] == found[()], "4 it is already"
    assert found["--speakers=3",]["parameters"] < found[()]["parameters"]
    assert found["--bins=257",]["parameters"] != found[()]["parameters"]
    assert cli.main(["info", "convvae", *tiny_corpus.SET]) == 0
    text = capsys.readouterr().out
    assert f"{found[()]['parameters']:,} parameters" in text and "multiply-adds a frame" in text


def test_a_pipe_nobody_reads_is_no_fault():
    reading, writing = os.pipe()
    os.close(reading)
    buffered = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}
    process = start("info", stdout=writing, stderr=subprocess.PIPE, env=buffered)
    os.close(writing)
    assert process.communicate()[1] == "" and process.returncode == 0


# Mistakes


CASES = {
    "unknown target": (
        "convert --run={run} --target=Nobody {wav} --output={new}",
        "--target: 'Nobody' is not allowed; choose one of: Mary-Ann, Zoë M, bob",
    ),
    "unknown source": (
        "convert --run={run} --target=bob --source=X {wav} --output={new}",
        "--source: 'X' is not allowed; choose one of: Mary-Ann, Zoë M, bob",
    ),
    "no target": ("convert --run={run} {wav} --output={new}", "--target is missing"),
    "nothing to convert": ("convert --run={run} --target=bob --output={new}", "give either recordings"),
    "pairs and files": ("convert --run={run} --pairs=all {wav} --output={new}", "give either recordings"),
    "pairs and target": (
        "convert --run={run} --pairs=all --target=bob --output={new}",
        "leave out --source and --target",
    ),
    "unknown pair": ("convert --run={run} --pairs=bob-X --output={new}", "'bob-X' is not SOURCE-TARGET"),
    "unknown split": ("convert --run={run} --pairs=all --split=x --output={new}", "no x recording"),
    "missing run": ("convert --run={new} --target=bob {wav} --output={new}", "{new}: does not exist"),
    "empty run": ("convert --run={empty} --target=bob {wav} --output={new}", "{empty}: holds no vconv run"),
    "foreign run": ("convert --run={foreign} --target=bob {wav} --output={new}", "lacks corpus, features"),
    "missing file": ("convert --run={run} --target=bob {new}.wav --output={new}", "{new}.wav: there is no"),
    "empty folder": (
        "convert --run={run} --target=bob {empty} --output={new}",
        "{empty}: holds no .wav, .flac or .ogg file",
    ),
    "equal stems": ("convert --run={run} --target=bob {wav} {copy} --output={new}", "another recording"),
    "corpus moved": (
        "convert --run={run} --pairs=all --corpus-dir={new} --output={new}",
        "{new}: there is no such folder",
    ),
    "unknown model": ("train nonsense --corpus={corpus} --run={new}", "'nonsense' is not allowed; choose"),
    "unknown key": (
        "train convvae --corpus={corpus} --run={new} --set=training.speed=1",
        "there is no key speed; the keys are: ",
    ),
    "ill-typed value": (
        "train convvae --corpus={corpus} --run={new} --set=training.epochs=many",
        "training.epochs: needs a whole number from 1 to 1000000, such as 16, found 'many'",
    ),
    "no number": (
        "train matched --corpus={corpus} --run={new} --set=conversion.gv=nan",
        "matched: conversion.gv is 'nan'; it must be from 0 to 1",
    ),
    "large seed": (
        "train convvae --corpus={corpus} --run={new} --set=training.seed=99999999999999",
        "convvae: training.seed is 99999999999999; it must be from 0 to 4294967295",
    ),
    "no assignment": ("train convvae --corpus={corpus} --run={new} --set=epochs", "write it as key=value"),
    "no corpus": ("train convvae --corpus={new} --run={new}", "{new}: cannot be read"),
    "no features": ("train convvae --corpus={corpus} --run={new} --features={new}", "{new}: there is no"),
    "other features": (
        "train convvae --corpus={other} --run={new} --features={features}",
        "{features}: was made with ",
    ),
    "no pairs": (
        "train matched --corpus={corpus} --run={new}",
        "frame_pairs.h5: there is no such file; make it with `vconv match`",
    ),
    "features as pairs": (
        "train matched --corpus={corpus} --run={new} --frame-pairs={features}",
        "{features}: is an HDF5 file, but holds no vconv frame pairs; make it with `vconv match`",
    ),
    "text as features": ("statistics --features={corpus}", "{corpus}: is no HDF5 file"),
    "run as features": ("statistics --features={run}/statistics.h5", "holds no vconv features"),
    "corpus key": ("extract --corpus={mistyped}", "there is no key sample_rat; the keys are: "),
    "corpus folder": ("extract --corpus={corpus} --corpus-dir={new}", "{new}: there is no such folder"),
    "empty corpus": ("extract --corpus={corpus} --corpus-dir={empty}", "{empty}: no .wav, .flac or .ogg file"),
    "extract over": ("extract --corpus={other} --output={features}", "{features}: was made with "),
    "no run": ("evaluate --run={new}", "{new}: does not exist"),
    "run and folders": ("evaluate --run={run} --source-dir={empty}", "name either a --run, or three folders"),
    "two folders": ("evaluate --converted={empty} --source-dir={empty}", "name either a --run, or three folders"),
    "protocol": ("evaluate --run={run} --protocol=mcd25", "'mcd25' is not allowed; choose one of: mcd24"),
    "compare": ("evaluate --compare {wav} {wav}", "is no JSON file"),
    "none converted": ("evaluate --run={run} --converted={empty}", "is missing; convert the pair first"),
    "unknown info": ("info nonsense", "'nonsense' is not allowed; choose one of: convvae, dcgan, matched, melgan,"),
    "info key": ("info convvae --set=network.x=1", "there is no key x; the keys are: "),
    "no download": ("download --corpus={corpus} --output={new}", "has no download section"),
}


@pytest.fixture
def places(tiny, tmp_path):
    """Paths for the mistakes, by the names in CASES."""
    (tmp_path / "empty").mkdir()
    (tmp_path / "foreign").mkdir()
    (tmp_path / "foreign" / "settings.yaml").write_text("model: convvae\nsettings: {}\ncorpus: 3\nversions: {}\n")
    shutil.copy(tiny.evaluation / "bob" / "é 1.wav", tmp_path / "é 1.wav")
    recordings = f"root: '{tiny.folder / 'recordings'}'\n" + tiny_corpus.CORPUS.split("\n", 1)[1]
    (tmp_path / "other.yaml").write_text(f"f0_method: harvest\n{recordings}", encoding="utf-8")
    (tmp_path / "mistyped.yaml").write_text(f"sample_rat: 16000\n{recordings}", encoding="utf-8")
    return {
        "run": tiny.run,
        "corpus": tiny.corpus,
        "features": tiny.features,
        "new": tmp_path / "new",
        "empty": tmp_path / "empty",
        "foreign": tmp_path / "foreign",
        "copy": tmp_path / "é 1.wav",
        "wav": tiny.evaluation / "bob" / "é 1.wav",
        "other": tmp_path / "other.yaml",
        "mistyped": tmp_path / "mistyped.yaml",
    }


@pytest.mark.parametrize("case", CASES)
def test_a_mistake_is_told_in_one_sentence(case, places, no_tensorflow, capsys):
    arguments, sentence = CASES[case]
    assert vconv_command(*(argument.format(**places) for argument in arguments.split())) == 2
    _, err = capsys.readouterr()
    assert err.startswith("vconv: ") and err.count("\n") == 1 and err.endswith("\n")
    assert sentence.format(**places) in err
    assert not places["new"].exists(), "nothing was begun"


@pytest.mark.parametrize(
    "arguments, sentence",
    [
        ([], "COMMAND"),
        (["nonsense"], "invalid choice: 'nonsense'"),
        (["convert", "--run=x", "--output=y", "--rate=0"], "--rate: '0' is not a whole number above 0"),
        (["extract", "--corpus=x", "--jobs=two"], "--jobs: 'two' is not a whole number above 0"),
        (["convert", "--run=x", "--output=y", "--format=mp3"], "invalid choice: 'mp3'"),
        (["train", "convvae", "--corpus=x"], "--run"),
    ],
)
def test_usage(arguments, sentence, capsys):
    with pytest.raises(SystemExit) as leave:
        cli.main(arguments)
    assert leave.value.code == 2 and sentence in capsys.readouterr().err


def test_a_run_without_its_checkpoint_or_with_a_damaged_one(tiny, tmp_path, capsys):
    run = tmp_path / "run"
    shutil.copytree(tiny.run, run)
    arguments = ["convert", f"--run={run}", "--target=bob", tiny.evaluation / "Zoë M", "--output", tmp_path / "out"]
    newest = max((run / "checkpoints").iterdir())
    newest.write_bytes(newest.read_bytes()[:5000])
    assert vconv_command(*arguments) == 2
    assert f"vconv: {newest}: cannot be loaded" in capsys.readouterr().err
    shutil.rmtree(run / "checkpoints")
    assert vconv_command(*arguments) == 2
    assert f"vconv: {run}: holds no checkpoint yet" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    "written, changed, sentence",
    [
        ("model: convvae", "model: later", "'later' is not allowed; choose one of: convvae, dcgan, matched, melgan,"),
        ("latent:", "later:", "there is no key later; the keys are: latent, "),
    ],
)
def test_a_run_of_another_version(tiny, tmp_path, capsys, written, changed, sentence):
    run = tmp_path / "run"
    shutil.copytree(tiny.run, run)
    text = (run / "settings.yaml").read_text(encoding="utf-8")
    (run / "settings.yaml").write_text(text.replace(written, changed), encoding="utf-8")
    assert vconv_command("convert", f"--run={run}", "--target=bob", tiny.evaluation / "bob", "--output", run) == 2
    err = capsys.readouterr().err
    assert err.startswith(f"vconv: {run / 'settings.yaml'}: was written by vconv {vconv.__version__}, ")
    assert sentence in err and err.count("\n") == 1


def test_places_that_cannot_be_written(tiny, tmp_path, capsys):
    (tmp_path / "file").write_text("")
    places = tmp_path / "file", tmp_path / "file" / "below"
    for place in places:
        assert (
            vconv_command("convert", f"--run={tiny.run}", "--target=bob", tiny.evaluation / "Zoë M", "--output", place)
            == 2
        )
        assert vconv_command("train", "convvae", f"--corpus={tiny.corpus}", "--run", place, *tiny_corpus.SET) == 2
        lines = capsys.readouterr().err.splitlines()
        assert len(lines) == 2 and all(line.startswith(f"vconv: {tmp_path / 'file'}") for line in lines), lines


def test_a_run_of_other_settings_or_a_foreign_folder_is_refused(tiny, tmp_path, capsys):
    (tmp_path / "notes.txt").write_text("mine")
    common = ["train", "convvae", f"--corpus={tiny.corpus}", *tiny_corpus.SET]
    assert vconv_command(*common, "--run", tmp_path) == 2
    assert f"vconv: {tmp_path}: is not empty and holds no vconv run" in capsys.readouterr().err
    before = {path: path.read_bytes() for path in tiny.run.rglob("*") if path.is_file()}
    assert vconv_command(*common, f"--run={tiny.run}", "--set=training.seed=7") == 2
    assert "was trained with another settings.training.seed" in capsys.readouterr().err
    assert {path: path.read_bytes() for path in tiny.run.rglob("*") if path.is_file()} == before


def test_a_real_process_ends_with_a_sentence_and_status_2(places):
    arguments = "convert --run={run} --target=Nobody {wav} --output={new}".split()
    command = [sys.executable, "-m", "vconv", *(argument.format(**places) for argument in arguments)]
    result = subprocess.run(command, capture_output=True, text=True)
    assert result.returncode == 2 and result.stdout == ""
    assert result.stderr == "vconv: --target: 'Nobody' is not allowed; choose one of: Mary-Ann, Zoë M, bob\n"


# Ctrl-C, kill -9


def wait_for(path, process, seconds=60):
    deadline = time.monotonic() + seconds
    while not path.exists():
        assert process.poll() is None and time.monotonic() < deadline, process.communicate()
        time.sleep(0.01)


def contents(path):
    """Return every data set of an HDF5 file as name → (type, bytes)."""
    found = {}

    def note(name, item):
        if isinstance(item, h5py.Dataset):
            found[name] = item.dtype, np.asarray(item[()]).tobytes()

    with h5py.File(path) as file:
        file.visititems(note)
    return found


def test_ctrl_c_and_kill_lose_no_more_than_an_epoch_and_not_a_bit(tiny, tmp_path, capsys):
    def arguments(name):
        longer = ["--set=training.frames_per_epoch=480", "--set=training.epochs=8"]
        return ["train", "convvae", f"--corpus={tiny.corpus}", f"--run={tmp_path / name}", *tiny_corpus.SET, *longer]

    streams = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    for parts in "parts 1", "parts 2", "parts 3":  # Python drops a Ctrl-C that falls into a callback from C
        process = start(*arguments(parts), **streams)
        wait_for(RunFolder(tmp_path / parts)._checkpoint(1), process)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
        if process.returncode == 130:
            break
    sentence = "\nvconv: interrupted; the same command continues from what is finished\n"
    assert process.returncode == 130 and err.endswith(sentence) and "vconv/commands/cli.py" not in err
    done = RunFolder(tmp_path / parts).epochs_done()
    assert 1 <= done < 8
    process = start(*arguments(parts), **streams)
    wait_for(RunFolder(tmp_path / parts)._checkpoint(done + 1), process)
    process.kill()
    out, err = process.communicate(timeout=60)
    assert f"goes on after epoch {done} of 8" in out and process.returncode == -signal.SIGKILL
    assert done < RunFolder(tmp_path / parts).epochs_done() < 8, "killed too late to test anything"
    for name in parts, "whole":
        assert vconv_command(*arguments(name)) == 0
    resumed, whole = (
        {
            path.name: contents(path)
            for path in (tmp_path / name / "checkpoints").iterdir()
            if path.name.startswith("epoch")
        }
        for name in (parts, "whole")
    )
    assert list(sorted(whole)) == ["epoch-0007.weights.h5", "epoch-0008.weights.h5"]
    assert resumed == whole and len(whole["epoch-0008.weights.h5"]) > 20
    assert (tmp_path / parts / "history.csv").read_text() == (tmp_path / "whole" / "history.csv").read_text()


@pytest.mark.usefixtures("eager", "blank_plots")
def test_an_epoch_with_a_checkpoint_has_its_row_in_the_history_whenever_the_training_ends(tiny, tmp_path, monkeypatch):
    arguments = ["train", "convvae", f"--corpus={tiny.corpus}", f"--run={tmp_path / 'run'}", *tiny_corpus.SET]
    save = RunFolder.save_checkpoint

    def save_and_end(folder, model, epochs):
        save(folder, model, epochs)
        raise KeyboardInterrupt

    monkeypatch.setattr(RunFolder, "save_checkpoint", save_and_end)
    assert vconv_command(*arguments) == 130
    monkeypatch.undo()
    assert vconv_command(*arguments) == 0
    assert [row["epoch"] for row in RunFolder(tmp_path / "run").history()] == [1, 2]


def test_of_two_trainings_in_one_run_folder_the_second_is_told_who_the_first_is(tiny, tmp_path):
    run = tmp_path / "run"
    arguments = [
        "train",
        "convvae",
        f"--corpus={tiny.corpus}",
        f"--run={run}",
        *tiny_corpus.SET,
        "--set=training.epochs=100000",
    ]
    streams = {"stdout": subprocess.DEVNULL, "stderr": subprocess.PIPE}
    both = [start(*arguments, **streams) for _ in range(2)]
    try:
        deadline = time.monotonic() + 120
        while all(process.poll() is None for process in both):
            assert time.monotonic() < deadline
            time.sleep(0.05)
        refused, at_work = sorted(both, key=lambda process: process.returncode is None)
        assert refused.returncode == 2 and at_work.poll() is None
        assert refused.stderr.read() == (
            f"vconv: {run}: another training is at work here (process {at_work.pid} on "
            f"{socket.gethostname()}); wait for its end, or choose another --run folder\n"
        )
        wait_for(RunFolder(run)._checkpoint(2), at_work)
    finally:
        for process in both:
            process.kill()
            process.communicate()
    done = RunFolder(run).epochs_done()
    assert vconv_command(*arguments[:-1], f"--set=training.epochs={done + 1}") == 0
    assert RunFolder(run).epochs_done() == done + 1
