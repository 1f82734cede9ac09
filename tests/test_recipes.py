"""The recipes call `vconv` with the right arguments in the right order; the environment is built once.

Each test has a copy of `recipes/` in a folder whose name has spaces, with a `vconv` that only records its arguments.
"""

import json
import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from vconv import models
from vconv.common import config
from vconv.corpus.settings import read_settings

REPOSITORY = Path(__file__).resolve().parents[1]
RECIPES = sorted(path.parent.name for path in REPOSITORY.glob("recipes/*/corpus.yaml"))
STAGES = ["download", "extract", "statistics", "match", "train", "convert", "evaluate", "report"]

RECORDING_VCONV = f"""#!/bin/sh
exec {shlex.quote(sys.executable)} - "$@" << 'PYTHON'
import json, os, sys
with open(os.environ["NOTES"], "a") as notes:
    notes.write(json.dumps(sys.argv[1:]) + "\\n")
if sys.argv[1] in os.environ.get("FAILURES_OF", "").split():
    with open(sys.argv[sys.argv.index("--failures") + 1], "w") as failures:
        failures.write("a b.wav: is no audio file\\n")
sys.exit(7 if sys.argv[1] == os.environ.get("FAILING") else 0)
PYTHON
"""

# Stands for every Python: it makes environments and installs an empty `vconv`.
RECORDING_PYTHON = """#!/bin/bash
echo "$*" >> "$NOTES"
case "$*" in
    "-m venv "*) mkdir -p "$3/bin" && cp "$0" "$3/bin/python" ;;
    "-m pip install "*)
        echo "constraint $PIP_CONSTRAINT" >> "$NOTES"
        [[ ${FAILING:-} != pip ]] || exit 1
        printf '#!/bin/sh\\n' > .venv/bin/vconv && chmod +x .venv/bin/vconv ;;
esac
"""


class Copy:
    """A copy of the recipes that can be run."""

    def __init__(self, folder):
        self.root = folder / "a folder with spaces"
        self.notes = folder / "notes"
        shutil.copytree(REPOSITORY / "recipes", self.root / "recipes", ignore=shutil.ignore_patterns("exp", "dump"))
        for name in ("pyproject.toml", "constraints.txt"):
            shutil.copy(REPOSITORY / name, self.root)
        (self.root / "vconv" / "models").mkdir(parents=True)
        for model in models.names():
            shutil.copy(REPOSITORY / "vconv" / "models" / f"{model}.yaml", self.root / "vconv" / "models")
        self.environment = os.environ | {"NOTES": str(self.notes)}
        self.environment.pop("VCONV_ENV", None)

    def program(self, path, text):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        path.chmod(0o755)

    def run(self, recipe, *arguments, **variables):
        script = self.root / "recipes" / recipe / "run.sh"
        return subprocess.run(
            ["bash", str(script), *arguments],
            env=self.environment | variables,
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
            cwd=self.root.parent,
            timeout=60,
        )

    def recorded(self):
        return self.notes.read_text().splitlines() if self.notes.exists() else []


@pytest.fixture
def copy(tmp_path):
    """The recipes, with a `vconv` that records its arguments in the environment VCONV_ENV."""
    copy = Copy(tmp_path)
    copy.program(copy.root / "my env" / "bin" / "vconv", RECORDING_VCONV)
    copy.environment["VCONV_ENV"] = str(copy.root / "my env")
    return copy


@pytest.fixture
def bare(tmp_path):
    """The recipes without an environment; the only Python records its arguments."""
    copy = Copy(tmp_path)
    for tool in (
        "bash",
        "sh",
        "basename",
        "cat",
        "cksum",
        "chmod",
        "cp",
        "dirname",
        "getconf",
        "mkdir",
        "mktemp",
        "rm",
        "sed",
    ):
        (tmp_path / "bin").mkdir(exist_ok=True)
        (tmp_path / "bin" / tool).symlink_to(shutil.which(tool))
    copy.program(tmp_path / "bin" / "python3", RECORDING_PYTHON)
    copy.environment["PATH"] = str(tmp_path / "bin")
    return copy


def calls(copy):
    return [json.loads(line) for line in copy.recorded()]


def steps(copy):
    """Return what was done to the environment: `venv` makes it, `pip` installs into it."""
    return [line.split()[1] for line in copy.recorded() if line.startswith(("-m venv ", "-m pip install "))]


def value(call, option):
    return call[call.index(option) + 1]


def one_sentence(result):
    """Return the one sentence with which a script ended with status 2."""
    assert result.returncode == 2, result
    assert result.stderr.count("\n") == 1, result.stderr
    return result.stderr


# Stages


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
    for call in calls(copy):
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


def test_an_unknown_vocoder_is_refused(copy):
    assert "world diff griffin-lim melgan" in one_sentence(copy.run("vcc2016", "--vocoder", "wavenet"))


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


# Options


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


# Corpora


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


# Environment


def test_the_environment_is_built_once_with_pinned_versions(bare):
    for _ in range(2):
        result = bare.run("sample", "--stop-stage", "1")
        assert result.returncode == 0, result.stderr
    assert steps(bare) == ["venv", "pip"]
    assert "constraint constraints.txt" in bare.recorded()


@pytest.mark.parametrize("file", ["pyproject.toml", "constraints.txt"])
def test_the_environment_is_updated_when_its_packages_change(bare, file):
    bare.run("sample", "--stop-stage", "1")
    with (bare.root / file).open("a") as stream:
        stream.write("# changed\n")
    bare.run("sample", "--stop-stage", "1")
    assert steps(bare) == ["venv", "pip", "pip"]


def test_an_environment_that_was_moved_or_has_no_python_is_built_again(bare):
    bare.run("sample", "--stop-stage", "1")
    bare.root = bare.root.rename(bare.root.with_name("elsewhere"))
    bare.run("sample", "--stop-stage", "1")
    assert steps(bare) == ["venv", "pip"] * 2
    python = bare.root / ".venv" / "bin" / "python"
    python.unlink()
    python.symlink_to("/removed/python3.9")
    bare.run("sample", "--stop-stage", "1")
    assert steps(bare) == ["venv", "pip"] * 3


def test_an_environment_whose_installation_failed_is_built_again(bare):
    assert ".venv failed" in one_sentence(bare.run("sample", FAILING="pip"))
    assert bare.run("sample", "--stop-stage", "1").returncode == 0
    assert steps(bare) == ["venv", "pip"] * 2
    (bare.root / "constraints.txt").write_text("changed")
    bare.run("sample", FAILING="pip")
    assert bare.run("sample", "--stop-stage", "1").returncode == 0
    assert steps(bare) == ["venv", "pip"] * 2 + ["pip", "venv", "pip"]


def test_without_a_suitable_python_one_sentence_says_what_to_install(bare):
    bare.program(bare.root.parent / "bin" / "python3", "#!/bin/bash\nexit 1\n")  # too old, or too new
    assert "needs Python 3.10 to 3.13" in one_sentence(bare.run("sample"))


def test_an_older_suitable_python_is_used_instead_of_a_newer_unsuitable_one(bare):
    (bare.root.parent / "bin" / "python3").rename(bare.root.parent / "bin" / "python3.12")
    bare.program(bare.root.parent / "bin" / "python3", "#!/bin/bash\nexit 1\n")
    assert bare.run("sample", "--stop-stage", "1").returncode == 0


def test_without_a_compiler_one_sentence_says_what_to_install(bare):
    (bare.root.parent / "bin" / "python3").unlink()
    bare.program(bare.root.parent / "bin" / "python3", f'#!/bin/bash\nexec "{sys.executable}" "$@"\n')
    sentence = one_sentence(bare.run("sample", CXX="no-such-compiler"))
    assert "g++" in sentence and "apt-get install" in sentence


def test_an_environment_without_vconv_is_refused_in_one_sentence(copy):
    assert "has no bin/vconv" in one_sentence(copy.run("sample", VCONV_ENV=str(copy.root)))
