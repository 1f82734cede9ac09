"""Mistakes of the user: one sentence on the standard error stream, status 2, and nothing written."""

import shutil
import subprocess
import sys

import pytest
import tiny as tiny_corpus
from calls import vconv_command

import vconv
from vconv import models
from vconv.commands import cli, info, train
from vconv.layers import tensorflow_start

MODELS = ", ".join(models.names())
CASES = {
    "unknown target": (
        "convert --run={run} --target=Nobody {wav} --output={new}",
        "--target: 'Nobody' is not allowed; choose one of: Mary-Ann, Zoë M, bob",
    ),
    "negative weight": (
        "convert --run={run} --target=bob:-1,Mary-Ann:2 {wav} --output={new}",
        "--target: the weight of 'bob' is '-1'; give a number from 0 up",
    ),
    "a file that cannot be written": (
        "convert --run={run} --target=bob {wav} --output={new}.mp3",
        "{new}.mp3: cannot write the format '.mp3'; use one of: .wav, .flac, .ogg",
    ),
    "unknown source": (
        "convert --run={run} --target=bob --source=X {wav} --output={new}",
        "--source: 'X' is not allowed; choose one of: Mary-Ann, Zoë M, bob",
    ),
    "no target": ("convert --run={run} {wav} --output={new}", "--target is missing"),
    "training setting of a conversion": (
        "convert --run={run} --target=bob --set=network.latent=3 {wav} --output={new}",
        "--set network: is no setting of a conversion, and others are fixed by the training; change settings of the "
        "section conversion, for example conversion.gv=0.5",
    ),
    "unknown setting of a conversion": (
        "convert --run={run} --target=bob --set=conversion.gain=3 {wav} --output={new}",
        "convvae: conversion: there is no key gain; the keys are: source_mix, gv, resynthesis_iterations, "
        "keep_source_silence, f0",
    ),
    "ill-typed setting of a conversion": (
        "convert --run={run} --target=bob --set=conversion.f0=median {wav} --output={new}",
        "convvae: conversion.f0: 'median' is not allowed; choose one of: linear, percentiles",
    ),
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
        "{empty}: holds no .wav, .flac, ",
    ),
    "equal stems": ("convert --run={run} --target=bob {wav} {copy} --output={new}", "another recording"),
    "rate of the format": (
        "convert --run={run} --target=bob {wav} --format=flac --rate=96001 --output={new}",
        "the format flac cannot have a sample rate of 96,001 Hz; choose a rate from 1 to 655,350 Hz, above 65,535 Hz "
        "in steps of 10 Hz, or another format",
    ),
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
    "no workers": (
        "train convvae --corpus={corpus} --run={new} --strategy=multi-worker",
        "the variable TF_CONFIG is not set; set it on each machine",
    ),
    "text as features": ("statistics --features={corpus}", "{corpus}: is no HDF5 file"),
    "run as features": ("statistics --features={run}/statistics.h5", "holds no vconv features"),
    "corpus key": ("extract --corpus={mistyped}", "there is no key sample_rat; the keys are: "),
    "corpus folder": ("extract --corpus={corpus} --corpus-dir={new}", "{new}: there is no such folder"),
    "empty corpus": ("extract --corpus={corpus} --corpus-dir={empty}", "{empty}: no audio file below it matches"),
    "extract over": ("extract --corpus={other} --output={features}", "{features}: was made with "),
    "no run": ("evaluate --run={new}", "{new}: does not exist"),
    "run and folders": ("evaluate --run={run} --source-dir={empty}", "name either a --run, or three folders"),
    "two folders": ("evaluate --converted={empty} --source-dir={empty}", "name either a --run, or three folders"),
    "protocol": ("evaluate --run={run} --protocol=mcd25", "'mcd25' is not allowed; choose one of: mcd24"),
    "compare": ("evaluate --compare {wav} {wav}", "is no JSON file"),
    "transcripts alone": ("evaluate --run={run} --transcripts={new}", "--transcripts needs a speech recognizer"),
    "none converted": ("evaluate --run={run} --converted={empty}", "is missing; convert the pair first"),
    "unknown info": ("info nonsense", f"'nonsense' is not allowed; choose one of: {MODELS}"),
    "info key": ("info convvae --set=network.x=1", "there is no key x; the keys are: "),
    "no download": ("download --corpus={corpus} --output={new}", "has no download section"),
}


@pytest.fixture
def no_tensorflow(monkeypatch):
    """Fail when TensorFlow is loaded: mistakes that can be found without it are reported before."""
    for module in tensorflow_start, info, train:
        monkeypatch.setattr(
            module, "load_tensorflow", lambda: pytest.fail("TensorFlow was loaded before the mistake was reported")
        )


@pytest.fixture
def paths(tiny, tmp_path):
    """Paths for the mistakes, by their names in CASES."""
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
def test_a_mistake_is_reported_in_one_sentence_and_nothing_is_begun(case, paths, no_tensorflow, capsys):
    arguments, sentence = CASES[case]
    assert vconv_command(*(argument.format(**paths) for argument in arguments.split())) == 2
    _, err = capsys.readouterr()
    assert err.startswith("vconv: ") and err.count("\n") == 1 and err.endswith("\n")
    assert sentence.format(**paths) in err
    assert not paths["new"].exists(), "nothing was written"


@pytest.mark.parametrize(
    "arguments, sentence",
    [
        ([], "COMMAND"),
        (["nonsense"], "invalid choice: 'nonsense'"),
        (["convert", "--run=x", "--output=y", "--rate=0"], "--rate: '0' is not a whole number from 4000 to 192000"),
        (["extract", "--corpus=x", "--jobs=two"], "--jobs: 'two' is not a whole number from 1 to 1024"),
        (["convert", "--run=x", "--output=y", "--rate=1000000000000"], "from 4000 to 192000"),
        (["evaluate", "--seed=99999999999999"], "--seed: '99999999999999' is not a whole number from 0 to 4294967295"),
        (["convert", "--run=x", "--output=y", "--format=mp3"], "invalid choice: 'mp3'"),
        (["train", "convvae", "--corpus=x"], "--run"),
    ],
)
def test_a_wrong_call_ends_with_status_2_and_names_the_argument(arguments, sentence, capsys):
    with pytest.raises(SystemExit) as leave:
        cli.main(arguments)
    assert leave.value.code == 2 and sentence in capsys.readouterr().err


def test_a_run_without_checkpoint_or_with_a_damaged_one_is_refused(tiny, tmp_path, capsys):
    run = tmp_path / "run"
    shutil.copytree(tiny.run, run, ignore=shutil.ignore_patterns("network.onnx"))  # it would convert alone
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
        ("model: convvae", "model: later", f"'later' is not allowed; choose one of: {MODELS}"),
        ("latent:", "later:", "there is no key later; the keys are: latent, "),
    ],
)
def test_a_run_of_another_version_is_refused_with_both_reasons(tiny, tmp_path, capsys, written, changed, sentence):
    run = tmp_path / "run"
    shutil.copytree(tiny.run, run)
    text = (run / "settings.yaml").read_text(encoding="utf-8")
    (run / "settings.yaml").write_text(text.replace(written, changed), encoding="utf-8")
    assert vconv_command("convert", f"--run={run}", "--target=bob", tiny.evaluation / "bob", "--output", run) == 2
    err = capsys.readouterr().err
    assert err.startswith(f"vconv: {run / 'settings.yaml'}: written by vconv {vconv.__version__}, ")
    assert sentence in err and err.count("\n") == 1


def test_folders_that_cannot_be_written_are_reported_in_one_sentence(tiny, tmp_path, capsys):
    (tmp_path / "file").write_text("")
    paths = tmp_path / "file", tmp_path / "file" / "below"
    for path in paths:
        assert (
            vconv_command("convert", f"--run={tiny.run}", "--target=bob", tiny.evaluation / "Zoë M", "--output", path)
            == 2
        )
        assert vconv_command("train", "convvae", f"--corpus={tiny.corpus}", "--run", path, *tiny_corpus.SET) == 2
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


def test_a_real_process_ends_with_a_sentence_and_status_2(paths):
    arguments = "convert --run={run} --target=Nobody {wav} --output={new}".split()
    command = [sys.executable, "-m", "vconv", *(argument.format(**paths) for argument in arguments)]
    result = subprocess.run(command, capture_output=True, text=True)
    assert result.returncode == 2 and result.stdout == ""
    assert result.stderr == "vconv: --target: 'Nobody' is not allowed; choose one of: Mary-Ann, Zoë M, bob\n"
