"""Options and corpora of the recipes: wrong options, help, corpus.yaml, folders of downloads."""

import os
from pathlib import Path

import pytest
from recipe_copy import RECIPES, REPOSITORY, calls, one_sentence, value

from vconv.corpus.settings import read_settings


def test_an_unknown_vocoder_is_refused(copy):
    assert "world diff griffin-lim melgan" in one_sentence(copy.run("vcc2016", "--vocoder", "wavenet"))


@pytest.mark.parametrize(
    "names, corpus_yaml",
    [
        (["2004/MIDI-SMF_02.wav", "2004/MIDI-SMF_02.midi", "2006/b.wav", "maestro.csv"], "corpus.yaml"),
        (["my song.WAV", "b.mp3"], "flat.yaml"),
        (["a/b.wav", "c.flac"], "flat.yaml"),
        (["x.wav/a.wav"], "corpus.yaml"),
        ([".wav litter/._a.wav", "._b.wav", "s/a.ogg"], "corpus.yaml"),
    ],
)
def test_the_corpus_yaml_depends_on_whether_recordings_are_in_folders(copy, names, corpus_yaml):
    for name in names:
        (copy.root / "my music" / name).parent.mkdir(parents=True, exist_ok=True)
        (copy.root / "my music" / name).touch()
    result = copy.run("spectrogram-gan", "--corpus-dir", str(copy.root / "my music"))
    assert result.returncode == 0, result.stderr
    extract, train, _, evaluate = calls(copy)
    for call in extract, train:
        assert Path(value(call, "--corpus")).name == corpus_yaml and Path(value(call, "--corpus")).is_file()
        assert value(call, "--corpus-dir") == str(copy.root / "my music")
    assert "--labels" not in evaluate, "there are none"


@pytest.mark.parametrize(
    "options, sentence",
    [
        (["--stages", "1"], "--stages: there is no such option"),
        (["corpus.yaml"], "corpus.yaml: there is no such option"),
        (["--stage"], "--stage: needs a value"),
        (["--run", ""], "--run: needs a value"),
        (["--run="], "--run: needs a value"),
        (["--stage", "one"], "--stage one: give a number from 0 to 6"),
        (["--stop-stage", "7"], "--stop-stage 7: give a number from 0 to 6"),
        (["--stage", "-1"], "--stage -1: give a number"),
        (["--stage", "3", "--stop-stage", "2"], "cannot come after"),
        (["--jobs", "0"], "--jobs 0: give a number"),
        (["--jobs", "two"], "--jobs two: give a number"),
        (["--model", "gan"], "choose one of: convvae dcgan"),
        (["--model", "convvae vawgan"], "there is no such model"),
        (["--corpus-dir", "nowhere"], "--corpus-dir nowhere: there is no such folder"),
        (["--set", "training.seed"], "--set training.seed: write it as KEY=VALUE"),
    ],
)
def test_a_wrong_option_is_reported_in_one_sentence_and_nothing_runs(copy, options, sentence):
    assert sentence in one_sentence(copy.run("sample", *options))
    assert copy.recorded() == []


def test_help_names_options_and_models_and_runs_nothing(bare):
    result = bare.run("vcc2016", "--help")
    assert result.returncode == 0
    for text in ("--stage", "--stop-stage", "--corpus-dir", "--jobs", "--model", "--run", "--pairs", "--set", "vawgan"):
        assert text in result.stdout
    assert bare.recorded() == []


@pytest.mark.parametrize("recipe", RECIPES)
def test_every_recipe_is_executable_and_its_corpus_yaml_valid(recipe):
    assert os.access(REPOSITORY / "recipes" / recipe / "run.sh", os.X_OK)
    read_settings(REPOSITORY / "recipes" / recipe / "corpus.yaml")


@pytest.mark.parametrize("recipe", RECIPES)
def test_a_corpus_is_downloaded_to_the_folder_that_its_corpus_yaml_names(copy, recipe):
    copy.run(recipe)
    settings = read_settings(copy.root / "recipes" / recipe / "corpus.yaml")
    outputs = [value(call, "--output") for call in calls(copy) if call[0] == "download"]
    assert len(outputs) == bool(settings["download"])
    for output in outputs:
        assert os.path.samefile(Path(settings["root"]).parent.parent.parent, copy.root)
        assert os.path.normpath(settings["root"]) == output
