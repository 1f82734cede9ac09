"""The stages of the recipes: their order, files, options and settings; failures; samples from noise."""

from pathlib import Path

import pytest
from recipe_copy import RECIPES, all_calls, calls, one_sentence, value

from vconv import models
from vconv.common import config

STAGES = ["download", "extract", "statistics", "match", "train", "convert", "evaluate", "report"]


def test_all_stages_run_in_order(copy):
    result = copy.run("vcc2016")
    assert result.returncode == 0, result.stderr
    assert [call[0] for call in calls(copy)] == STAGES
    for number in range(7):
        assert result.stdout.count(f"stage {number} took ") == 1


def test_for_the_sample_corpus_nothing_is_downloaded(copy):
    copy.run("sample")
    assert [call[0] for call in calls(copy)] == STAGES[1:]


@pytest.mark.parametrize("recipe", RECIPES)
@pytest.mark.parametrize("options", [[], ["--corpus-dir", ".", "--pairs", "all", "--set", "training.seed=3"]])
def test_the_real_command_accepts_every_call(copy, recipe, options):
    from vconv.commands.cli import parser

    assert copy.run(recipe, *options).returncode == 0
    for call in all_calls(copy):
        parser().parse_args(call)  # exits on an unknown option


def test_a_vocoder_is_trained_and_its_results_are_stored_beside_those_of_world(copy):
    result = copy.run("vcc2016", "--vocoder", "melgan", "--run", "my run", "--set", "training.seed=3")
    assert result.returncode == 0, result.stderr
    *_, train, train_vocoder, convert, evaluate, report = calls(copy)
    vocoder = str(copy.root / "recipes" / "vcc2016" / "exp" / "melgan_light")
    assert train_vocoder[1] == "melgan_light" and value(train_vocoder, "--run") == vocoder
    assert value(train_vocoder, "--set") == "training.condition=world", "--set is for the conversion model"
    assert value(train, "--set") == "training.seed=3"
    assert value(convert, "--vocoder") == f"melgan:{vocoder}"
    assert value(convert, "--output") == value(evaluate, "--converted") == "my run/converted-melgan"
    assert value(evaluate, "--json") == value(report, "--scores") == "my run/scores-melgan.json"
    assert value(report, "--output") == "my run/report-melgan.html"


@pytest.mark.parametrize(
    "vocoder, suffix", [("world", ""), ("diff", "-diff"), ("griffin-lim", "-griffin-lim"), ("melgan:a run", "-melgan")]
)
def test_a_vocoder_without_training_is_passed_on(copy, vocoder, suffix):
    copy.run("vcc2016", "--vocoder", vocoder, "--run", "r")
    assert [call[0] for call in calls(copy)] == STAGES
    convert = calls(copy)[5]
    assert value(convert, "--vocoder") == vocoder and value(convert, "--output") == f"r/converted{suffix}"


def test_each_stage_gets_the_files_of_the_stages_before_it(copy):
    copy.run("vcc2016")
    download, extract, statistics, match, train, convert, evaluate, report = calls(copy)
    recipe = copy.root / "recipes" / "vcc2016"
    assert value(extract, "--output") == value(statistics, "--features") == value(train, "--features")
    assert Path(value(extract, "--output")) == recipe / "dump" / "features.h5"
    assert Path(value(statistics, "--output")) == recipe / "dump" / "statistics.h5"
    assert value(match, "--features") == value(extract, "--output"), "frame_pairs.h5 is beside the features by default"
    assert train[1] == "matched"
    assert Path(value(train, "--run")) == recipe / "exp" / "matched"
    assert value(train, "--run") == value(convert, "--run") == value(evaluate, "--run") == value(report, "--run")
    assert value(evaluate, "--json") == value(report, "--scores") == value(report, "--run") + "/scores.json"
    assert Path(value(report, "--output")) == recipe / "exp" / "matched" / "report.html"
    assert value(convert, "--output") == value(evaluate, "--converted") == value(train, "--run") + "/converted"
    assert value(convert, "--pairs") == value(evaluate, "--pairs") == "SF1-TM3,SF1-TF2,SM1-TF1,SM1-TM1"
    for call in (download, extract, match, train, convert, evaluate):
        assert Path(value(call, "--corpus")) == recipe / "corpus.yaml"


def test_stage_and_stop_stage_limit_the_stages(copy):
    copy.run("vcc2016", "--stage", "2", "--stop-stage=3")
    assert [call[0] for call in calls(copy)] == ["statistics", "match", "train"]


@pytest.mark.parametrize(("model", "first"), [("matched", ["match", "train"]), ("vawgan", ["train"])])
def test_frames_are_matched_only_for_a_model_trained_on_frame_pairs(copy, model, first):
    copy.run("vcc2016", "--model", model)
    assert [call[0] for call in calls(copy)] == [*STAGES[:3], *first, *STAGES[5:]]
    assert calls(copy)[len(first) + 2][1] == model


def test_options_are_passed_to_the_stages_that_need_them(copy):
    folder = copy.root / "the recordings"
    folder.mkdir()
    copy.run(
        "vcc2016",
        "--corpus-dir",
        str(folder),
        "--jobs",
        "3",
        "--run",
        "my run",
        "--pairs",
        "A-B,C-D",
        "--set",
        "training.seed=3",
        "--set=network.code=64",
    )
    assert [call[0] for call in calls(copy)] == STAGES[1:]
    extract, _, match, train, convert, evaluate, report = calls(copy)
    for call in (extract, match, train, convert, evaluate):
        assert value(call, "--corpus-dir") == str(folder)
    assert value(extract, "--jobs") == value(evaluate, "--jobs") == "3"
    assert {value(call, "--run") for call in (train, convert, evaluate, report)} == {"my run"}
    assert value(convert, "--pairs") == value(evaluate, "--pairs") == "A-B,C-D"
    assert train[-4:] == ["--set", "training.seed=3", "--set", "network.code=64"]


def test_the_archives_come_from_the_base_url(copy):
    copy.run("vcc2016", "--base-url", "my archives", "--stop-stage", "0")
    (download,) = calls(copy)
    assert value(download, "--base-url") == "my archives"


def test_the_settings_of_a_recipe_come_before_those_of_its_user(copy):
    script = copy.root / "recipes" / "sample" / "run.sh"
    own = "choose_settings() { settings=(a.b='c d'); }"
    script.write_text(script.read_text().replace("run_recipe ", f"{own}\nrun_recipe "))
    copy.run("sample", "--stage", "3", "--stop-stage", "3", "--set", "training.epochs=2")
    (train,) = calls(copy)
    assert train[-4:] == ["--set", "a.b=c d", "--set", "training.epochs=2"]


@pytest.mark.parametrize("recipe", RECIPES)
@pytest.mark.parametrize("model", models.names())
def test_the_settings_of_a_recipe_exist_in_every_model_it_trains(copy, recipe, model):
    result = copy.run(recipe, "--model", model, "--stage", "3", "--stop-stage", "3")
    if result.returncode:
        assert f"--model {model}: this recipe trains" in one_sentence(result) and not calls(copy)
        return
    (train,) = calls(copy)
    assignments = [after for option, after in zip(train, train[1:], strict=False) if option == "--set"]
    models.settings(model, config.parse_assignments(assignments))


def test_a_failing_stage_ends_the_recipe_with_its_status(copy):
    result = copy.run("vcc2016", FAILING="statistics")
    assert result.returncode == 7
    assert [call[0] for call in calls(copy)] == STAGES[:3]
    assert "--stage 2" in result.stderr
    assert "stage 2 took" not in result.stdout


@pytest.mark.parametrize("failures_of", ["extract", "convert", "extract convert"])
def test_failed_recordings_are_listed_at_the_end_and_all_stages_run(copy, failures_of):
    result = copy.run("sample", FAILURES_OF=failures_of)
    assert result.returncode == 2 and [call[0] for call in calls(copy)] == STAGES[1:]
    assert "stage 5 took " in result.stdout
    expected = [
        f"left out by vconv {command}:\n  a b.wav: is no audio file\n" for command in sorted(failures_of.split())
    ]
    assert sorted(result.stderr.split("left out by")[1:]) == sorted(
        text.removeprefix("left out by") for text in expected
    )


def test_the_status_of_a_failing_stage_is_kept_and_failed_recordings_are_listed(copy):
    result = copy.run("sample", FAILURES_OF="extract", FAILING="train")
    assert result.returncode == 7 and [call[0] for call in calls(copy)] == STAGES[1:5]
    assert result.stderr.index("--stage 3") < result.stderr.index("left out by vconv extract:\n  a b.wav")


def test_without_failed_recordings_nothing_is_listed_and_no_file_stays(copy, tmp_path):
    result = copy.run("sample", TMPDIR=str(tmp_path))
    assert result.returncode == 0 and result.stderr == ""
    assert not list(tmp_path.glob("tmp.*")), "the temporary list is removed"


def test_samples_are_generated_from_the_run_and_compared_with_its_features(copy):
    labels = copy.root.parent / "my run" / "generated" / "real" / "training-speakers.npy"
    labels.parent.mkdir(parents=True)
    labels.touch()
    copy.run("spectrogram-gan", "--run", "my run", "--set", "training.epochs=2")
    extract, train, generate, evaluate = calls(copy)
    assert [call[0] for call in (extract, train, generate, evaluate)] == [
        "extract",
        "train",
        "generate",
        "evaluate-samples",
    ]
    assert train[1] == "dcgan" and train[-2:] == ["--set", "training.epochs=2"]
    assert value(extract, "--output") == value(train, "--features") == value(generate, "--features")
    assert value(train, "--run") == value(generate, "--run") == "my run"
    output = value(generate, "--output")
    for option, file in (
        ("--generated", "patches.npy"),
        ("--training", "real/training.npy"),
        ("--labels", "real/training-speakers.npy"),
        ("--held-out", "real/held-out.npy"),
    ):
        assert value(evaluate, option) == f"{output}/{file}"
