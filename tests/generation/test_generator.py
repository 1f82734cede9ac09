"""Generation by the commands, from recordings to samples and their scores; mistakes are one sentence."""

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import quick
import soundfile
import tiny as tiny_corpus
from small import changes_for

from vconv.audio.mel import MelSettings, MelSpectrogram
from vconv.commands import cli
from vconv.common.errors import VconvError
from vconv.generation.generator import SampleGenerator
from vconv.generation.patch_files import read_labels, read_patches
from vconv.training.run_folder import RunFolder

RECIPE = Path(__file__).parents[2] / "recipes" / "spectrogram-gan"
SET = [
    f"--set={section}.{key}={value}"
    for section, values in changes_for("dcgan").items()
    for key, value in values.items()
]


@pytest.fixture(scope="module")
def run(tiny, tmp_path_factory):
    """A small DCGAN, trained by the command on the tiny corpus."""
    folder = tmp_path_factory.mktemp("generation") / "a run"
    with quick.light_epochs():
        assert cli.main(["train", "dcgan", f"--corpus={tiny.corpus}", f"--run={folder}", *SET]) == 0
    return folder


def generate(run, output, *options):
    return cli.main(["generate", f"--run={run}", f"--output={output}", "--sounds=2", *options])


def error(capsys):
    """Return the one sentence on the standard error stream."""
    err = capsys.readouterr().err
    assert err.count("\n") == 1 and err.startswith("vconv: "), err
    return err


def test_a_run_keeps_samples_of_each_epoch_and_the_level_of_the_value_1(run):
    assert sorted(path.name for path in (run / "samples").iterdir()) == ["epoch-0001.png", "epoch-0002.png"]
    assert (run / "samples.png").is_file()
    assert -40 < RunFolder(run).settings()["data"]["peak_db"] < 60
    history = RunFolder(run).history()
    assert {"loss", "critic_loss", "distance", "penalty", "val_energy_distance", "val_spread"} <= history[0].keys()


def test_generate_writes_patches_sounds_a_page_and_real_patches_that_can_be_scored(run, tiny, tmp_path):
    output = tmp_path / "out é"
    assert generate(run, output, "-n", "21", "--seed", "7", f"--features={tiny.features}") == 0
    patches = read_patches(output / "patches.npy", 20)
    assert patches.shape == (21, 12, 8, 1) and np.abs(patches).max() <= 1 and patches.std(axis=0).min() > 0
    for number in (0, 1):
        y, rate = soundfile.read(output / "sounds" / f"{number:03d}.wav")
        assert rate == 16000 and len(y) == 8 * 256 and np.abs(y).max() > 0
    page = (output / "index.html").read_text(encoding="utf-8")
    assert page.count("<audio") == page.count("<img") == 2 and "http" not in page.replace("http-equiv", "")
    training = read_patches(output / "real" / "training.npy", 40)
    held_out = read_patches(output / "real" / "held-out.npy", 20)
    speakers = read_labels(output / "real" / "training-speakers.npy", training)
    assert training.shape == (84, 12, 8, 1) and held_out.shape == (21, 12, 8, 1)
    assert set(speakers) == set(tiny.speakers)
    assert (
        cli.main(
            [
                "evaluate-samples",
                f"--generated={output}",
                f"--training={output / 'real' / 'training.npy'}",
                f"--held-out={output / 'real' / 'held-out.npy'}",
            ]
        )
        == 0
    )


def music(rng, seconds, rate):
    """Return a synthetic recording, [samples, 2]: a tune of decaying tones."""
    time = np.arange(int(seconds * rate)) / rate
    tune = np.sin(2 * np.pi * 220 * 2 ** (rng.integers(0, 24, 400)[(time * 4).astype(int)] / 12) * time)
    return (0.5 * tune * np.exp(-4 * (time % 0.25)))[:, None] * [1, 0.8] + 0.01 * rng.normal(size=(len(time), 2))


@pytest.mark.slow
@pytest.mark.usefixtures("eager", "light_epochs")
@pytest.mark.parametrize(
    "corpus, names, classes",
    [
        (
            "corpus",
            ["2004/MIDI-Unprocessed_SMF_02_R1_2004_01-05_Track05_wav", "2004/b_wav", "2018/c--1", "2018/d--2"],
            2,
        ),
        ("flat", ["one", "two", "three"], 1),
    ],
)
def test_recordings_in_folders_are_classes_and_a_flat_folder_has_none(tmp_path, capsys, corpus, names, classes):
    """The first corpus has the layout of MAESTRO: folders of years, stereo at 44.1 kHz, MIDI files beside them."""
    for number, name in enumerate(names):
        path = tmp_path / "music é" / f"{name}.wav"
        path.parent.mkdir(parents=True, exist_ok=True)
        soundfile.write(path, music(np.random.default_rng(number), 20 if number == 0 else 5, 44100), 44100)
        path.with_suffix(".midi").write_bytes(b"MThd")
    (tmp_path / "music é" / "maestro-v3.0.0.csv").write_text("canonical_composer,split")
    given = [f"--corpus={RECIPE / corpus}.yaml", f"--corpus-dir={tmp_path / 'music é'}"]
    features, run, output = tmp_path / "f.h5", tmp_path / "run", tmp_path / "out"
    assert cli.main(["extract", *given, f"--output={features}", "--jobs=1"]) == 0
    assert (
        cli.main(["train", "dcgan", *given, f"--features={features}", f"--run={run}", *SET, "--set=training.epochs=1"])
        == 0
    )
    capsys.readouterr()
    (output / "real").mkdir(parents=True)
    (output / "real" / "training-speakers.npy").touch()  # left by an earlier call
    assert generate(run, output, "-n=20", f"--features={features}") == 0
    labels = output / "real" / "training-speakers.npy"
    out = capsys.readouterr().out
    assert labels.exists() == ("there are no labels" not in out) == (classes > 1)
    training = output / "real" / "training.npy"
    if classes > 1:
        assert set(read_labels(labels, read_patches(training, 40))) == {"2004", "2018"}
    else:
        assert cli.main(["evaluate-samples", f"--generated={output}", f"--training={training}"]) == 0
        out = capsys.readouterr().out
        assert "principal components" in out and "inception score" not in out


def test_a_seed_repeats_its_samples_and_a_larger_number_adds_to_them(run, tmp_path):
    for name, options in ("a", ["--seed=3", "-n=5"]), ("b", ["--seed=3", "-n=70"]), ("c", ["--seed=4", "-n=5"]):
        assert generate(run, tmp_path / name, *options) == 0
    a, b, c = (np.load(tmp_path / name / "patches.npy") for name in "abc")
    assert np.allclose(a, b[:5], atol=1e-5) and not np.allclose(a, c, atol=0.01)


def test_a_vocoder_gets_the_levels_of_recordings(run):
    generator = SampleGenerator.load(run)
    vocoded = []
    vocoder = SimpleNamespace(mel=generator.image.mel, vocode=lambda levels_db: vocoded.append(levels_db) or np.ones(3))
    generator.check_vocoder(vocoder)
    patch = np.full((12, 8, 1), -1.0)
    patch[3, 5] = 1
    assert generator.sound(patch, vocoder).tolist() == [1, 1, 1]
    assert vocoded[0].shape == (8, 12) and vocoded[0].max() == vocoded[0][5, 3] == pytest.approx(generator.peak_db)
    assert np.sort(np.unique(vocoded[0]))[0] == pytest.approx(generator.peak_db - 80)
    other = SimpleNamespace(mel=MelSpectrogram(MelSettings(16000, mels=80)))
    with pytest.raises(VconvError, match="mels 12 and 80"):
        generator.check_vocoder(other)


CQT = ["spectrogram.height=24", "spectrogram.bins_per_octave=12", "spectrogram.low_hz=500"]
WORLD = ["spectrogram.height=513", "network.height_strides=[3,3,2,2]", "network.height_kernels=[6,6,4,4]"]


@pytest.mark.slow
@pytest.mark.usefixtures("eager", "light_epochs")
@pytest.mark.parametrize("kind, sizes, shape", [("cqt", CQT, (24, 8, 2)), ("world", WORLD, (513, 8, 1))])
def test_constant_q_and_world_spectrograms_are_generated_and_inverted(tiny, tmp_path, capsys, kind, sizes, shape):
    run, output = tmp_path / "run", tmp_path / "out"
    assert (
        cli.main(
            [
                "train",
                "dcgan",
                f"--corpus={tiny.corpus}",
                f"--run={run}",
                *SET,
                *(f"--set={one}" for one in (f"spectrogram.kind={kind}", "training.epochs=1", *sizes)),
            ]
        )
        == 0
    )
    assert generate(run, output, "-n=3") == 0
    assert np.load(output / "patches.npy").shape == (3, *shape)
    y, _ = soundfile.read(output / "sounds" / "000.wav")
    assert 7 * 256 <= len(y) <= 8 * 256 and np.abs(y).max() > 0
    capsys.readouterr()
    vocoder = SimpleNamespace(mel=None)
    with pytest.raises(VconvError, match=f"spectrogram.kind {kind}.*leave out --vocoder"):
        SampleGenerator.load(run).check_vocoder(vocoder)


def test_generate_and_convert_refuse_a_run_of_the_other_kind(run, tiny, tmp_path, capsys):
    assert generate(tiny.run, tmp_path / "x") == 2
    assert "holds a convvae" in error(capsys) and not (tmp_path / "x").exists()
    assert cli.main(["convert", f"--run={run}", f"--output={tmp_path / 'y'}", "--pairs=all"]) == 2
    assert "vconv generate" in error(capsys)


@pytest.mark.parametrize(
    "options, sentence",
    [
        (["--vocoder=wavenet"], "--vocoder"),
        (["--features=nowhere.h5"], "nowhere.h5"),
    ],
)
def test_a_wrong_option_is_one_sentence_and_nothing_is_written(run, tmp_path, capsys, options, sentence):
    assert generate(run, tmp_path / "x", *options) == 2
    assert sentence in error(capsys) and not (tmp_path / "x").exists()


def test_recordings_too_short_for_a_patch_are_refused_in_one_sentence(tiny, tmp_path, capsys):
    frames = int(tiny_corpus.SECONDS * tiny_corpus.RATE / 256) + 2
    status = cli.main(
        [
            "train",
            "dcgan",
            f"--corpus={tiny.corpus}",
            f"--run={tmp_path / 'run'}",
            *SET,
            f"--set=spectrogram.width={frames}",
        ]
    )
    assert status == 2 and f"0 patches of {frames} frames" in error(capsys) and not (tmp_path / "run" / "log").exists()
