"""Vocoders: a small MelGAN is trained, resumed, used and exported by the commands; Griffin-Lim; mistakes."""

import json
import shutil

import numpy as np
import pytest
import quick
import soundfile
import tensorflow as tf
from small import changes_for

from vconv.audio import mel_file, wav
from vconv.commands import cli
from vconv.common.errors import VconvError
from vconv.conversion import vocoders
from vconv.conversion.converter import VoiceConverter
from vconv.models import melgan_networks
from vconv.training.run_folder import RunFolder

RATE = 16000


def options(changes):
    return [
        f"--set={section}.{key}={json.dumps(value)}"
        for section, values in changes.items()
        for key, value in values.items()
    ]


@pytest.fixture(scope="module")
def run(tiny, tmp_path_factory):
    """A small vocoder: one epoch without discriminators, then one with them, in a resumed training."""
    folder = tmp_path_factory.mktemp("vocoder é") / "run"
    changes = changes_for("melgan_light")
    changes["adversarial"] = {"warm_up_epochs": 1}
    changes["training"]["segments_per_epoch"] = 4
    whole = folder.with_name("whole")
    with quick.eager(), quick.light_epochs():
        for run, epochs in (folder, 1), (folder, 2), (whole, 2):
            changes["training"]["epochs"] = epochs
            given = [f"--corpus={tiny.corpus}", f"--run={run}", *options(changes)]
            assert cli.main(["train", "melgan_light", *given]) == 0
    return folder


@pytest.fixture(scope="module")
def vocoder(run):
    return vocoders.load(f"melgan:{run}", None)


def test_a_resumed_training_equals_an_uninterrupted_one(run):
    one, other = (RunFolder(folder).build_model() for folder in (run, run))
    RunFolder(run).load_checkpoint(one)
    RunFolder(run.with_name("whole")).load_checkpoint(other)
    for a, b in zip(
        [*one.weights, *one.optimizer.variables, *one.critic_optimizer.variables],
        [*other.weights, *other.optimizer.variables, *other.critic_optimizer.variables],
        strict=True,
    ):
        assert np.array_equal(a, b)
    assert RunFolder(run).history() == RunFolder(run.with_name("whole")).history()


def test_history_curves_and_log_show_the_training(run):
    first, second = RunFolder(run).history()
    assert first["critic_loss"] == 0 and second["critic_loss"] > 0
    assert {"val_stft", "val_mel_db"} <= second.keys()
    assert (run / "curves.png").is_file()
    tags = {
        value.tag
        for event in sorted((run / "log").iterdir())
        for record in tf.compat.v1.train.summary_iterator(str(event))
        for value in record.summary.value
    }
    assert {"natural", "vocoder", "validation utterance", "val_mel_db"} <= tags


@pytest.mark.parametrize("count", [1, 3, 31, 32, 33, 64, 100])
def test_vocoding_in_chunks_equals_vocoding_as_a_whole(vocoder, count, monkeypatch):
    levels_db = np.random.default_rng(0).normal(size=(count, 80)).astype(np.float32) * 20
    whole = vocoder.generator(levels_db[None])[0, :, 0].numpy()
    monkeypatch.setattr(vocoders, "CHUNK_FRAMES", 32)
    found = vocoder.vocode(levels_db)
    assert found.shape == (count * 256,) and found.dtype == np.float32
    assert np.allclose(found, whole, atol=1e-5) and np.abs(whole).max() > 1e-3


def test_chunks_with_one_frame_less_of_context_differ_from_the_whole(vocoder, monkeypatch):
    """This shows that the test above can fail."""
    levels_db = np.random.default_rng(0).normal(size=(100, 80)).astype(np.float32) * 20
    whole = vocoder.generator(levels_db[None])[0, :, 0].numpy()
    exact = melgan_networks.receptive_field
    monkeypatch.setattr(vocoders, "CHUNK_FRAMES", 32)
    monkeypatch.setattr(
        melgan_networks,
        "receptive_field",
        lambda *where: (exact(*where)[0] + 1, max(exact(*where)[1] - 1, where[2] // 256)),
    )
    assert not np.allclose(vocoder.vocode(levels_db), whole, atol=1e-5)


def test_vocode_gives_the_same_for_a_recording_and_its_mel_spectrogram(run, tiny, tmp_path, capsys, vocoder):
    folder = tmp_path / "in put"
    shutil.copytree(tiny.evaluation / "bob", folder)
    y = wav.read(folder / "é 1.wav")[0]
    mel_file.save(folder / "array.npz", vocoder.mel(y), vocoder.mel.settings)
    soundfile.write(folder / "stereo 44.wav", np.stack([wav.resample(y, RATE, 44100)] * 2, 1), 44100)
    (folder / "text.wav").write_text("no audio")
    output = tmp_path / "out"
    status = cli.main(["vocode", str(folder), f"--vocoder=melgan:{run}", f"--output={output}"])
    printed = capsys.readouterr()
    assert status == 2 and "text.wav" in printed.err and "4 files written, 1 failed" in printed.out
    copy = soundfile.read(output / "é 1.wav")[0]
    assert len(copy) == len(y)
    assert np.abs(soundfile.read(output / "array.wav")[0][: len(y)] - copy).max() < 2 / 32768
    assert abs(len(soundfile.read(output / "stereo 44.wav")[0]) - len(y)) <= 1


def test_griffin_lim_needs_no_training(run, tiny, tmp_path, capsys):
    for name in ("griffin-lim", f"griffin-lim:{run}"):
        assert (
            cli.main(
                [
                    "vocode",
                    str(tiny.evaluation / "bob" / "é 1.wav"),
                    f"--vocoder={name}",
                    "--rate=16000",
                    f"--output={tmp_path / name[:12]}",
                ]
            )
            == 0
        )
    one, other = (soundfile.read(tmp_path / name / "é 1.wav")[0] for name in ("griffin-lim", "griffin-lim:"))
    assert np.array_equal(one, other), "both have the default mel spectrogram at 16 kHz"
    natural = soundfile.read(tiny.evaluation / "bob" / "é 1.wav")[0]
    assert one.std() == pytest.approx(natural.std(), rel=0.2)


def test_convert_uses_the_vocoder_it_is_given(run, tiny, tmp_path):
    source = str(tiny.evaluation / "bob" / "é 1.wav")
    for name in ("world", f"melgan:{run}", "griffin-lim", "diff"):
        assert (
            cli.main(
                [
                    "convert",
                    source,
                    f"--run={tiny.run}",
                    "--target=Zoë M",
                    f"--vocoder={name}",
                    f"--output={tmp_path / name[:5]}",
                ]
            )
            == 0
        )
    world, melgan_, griffin, diff = (
        wav.read(tmp_path / name / "é 1.wav")[0] for name in ("world", "melga", "griff", "diff")
    )
    assert len(world) == len(melgan_) == len(griffin)
    assert len(diff) == len(wav.read(source, RATE)[0]), "it has the length of the recording"
    assert np.abs(diff - VoiceConverter.load(tiny.run).convert(source, "Zoë M", synthesis="diff")[0]).max() < 1e-3
    vocoder = vocoders.load(f"melgan:{run}", None)
    assert np.abs(vocoder.resynthesize(world, RATE) - melgan_).max() < 0.01
    assert np.corrcoef(vocoder.mel(griffin).ravel(), vocoder.mel(world).ravel())[0, 1] > 0.9


@pytest.mark.parametrize(
    "arguments, sentence",
    [
        (["convert", "{wav}", "--run={run}", "--target=bob", "--output={out}"], "holds a melgan_light, a vocoder"),
        (["vocode", "{wav}", "--vocoder=melgan:{convvae}", "--output={out}"], "holds a convvae, which is no vocoder"),
        (["vocode", "{wav}", "--vocoder=melgan", "--output={out}"], "name its run folder too"),
        (
            ["convert", "{wav}", "--run={convvae}", "--target=bob", "--vocoder=dif", "--output={out}"],
            "--vocoder: 'dif' is not allowed; choose one of: world, diff, griffin-lim, melgan",
        ),
        (["vocode", "{wav}", "--vocoder=wavenet", "--output={out}"], "griffin-lim, melgan"),
        (["vocode", "{out}", "--vocoder=griffin-lim", "--output={out}"], "there is no such file or folder"),
        (["export", "--run={convvae}", "--format=tflite", "--output={out}"], "no vocoder"),
        (["train", "melgan", "--corpus={corpus}", "--run={out}"], "waves of 16000 Hz, but mel.sample_rate is 22050"),
        (["train", "melgan_light", "--corpus={corpus}", "--run={out}", "--condition=world"], "holds no copy_synthesis"),
        (["train", "convvae", "--corpus={corpus}", "--run={out}", "--condition=world"], "no key condition"),
    ],
)
def test_a_mistake_is_reported_in_one_sentence(run, tiny, tmp_path, capsys, arguments, sentence):
    paths = {
        "wav": tiny.evaluation / "bob" / "é 1.wav",
        "run": run,
        "convvae": tiny.run,
        "out": tmp_path / "out",
        "corpus": tiny.corpus,
    }
    assert cli.main([argument.format(**paths) for argument in arguments]) == 2
    err = capsys.readouterr().err
    assert sentence in err and err.startswith("vconv: ") and err.count("\n") == 1


@pytest.mark.parametrize(
    "levels_db, sentence",
    [
        (np.zeros((5, 40)), r"shape \[5, 40\].*\[frames, 80\]"),
        (np.zeros(80), r"shape \[80\]"),
        (np.zeros((0, 80)), r"shape \[0, 80\]"),
        (np.full((5, 80), np.nan), "NaN"),
        (np.full((5, 80), "loud"), "array of <U4 is no mel spectrogram; give levels in dB"),
        (np.geomspace(1e-8, 5e4, 400).reshape(5, 80), "from 1e-08 to 5e.04 is not in dB; give 10 · log10 of the power"),
    ],
)
def test_arrays_that_are_no_mel_spectrogram_are_refused(vocoder, levels_db, sentence):
    with pytest.raises(VconvError, match=sentence):
        vocoder.vocode(levels_db)


def test_a_vocoder_of_another_rate_is_refused_once_before_any_conversion(run, tiny, tmp_path, capsys):
    settings = RunFolder(run).settings()
    settings["settings"]["mel"]["sample_rate"] = 22050
    RunFolder(tmp_path / "other").create(settings)
    assert (
        cli.main(
            [
                "convert",
                str(tiny.evaluation / "bob"),
                f"--run={tiny.run}",
                "--target=Zoë M",
                f"--vocoder=griffin-lim:{tmp_path / 'other'}",
                f"--output={tmp_path / 'out'}",
            ]
        )
        == 2
    )
    err = capsys.readouterr().err
    assert "16000 Hz does not fit a vocoder of 22050 Hz" in err and err.count("\n") == 1
    assert not (tmp_path / "out").exists()


def test_a_signal_of_another_rate_is_refused(vocoder):
    with pytest.raises(VconvError, match="22050 Hz does not fit a vocoder of 16000 Hz"):
        vocoder.resynthesize(np.zeros(100), 22050)


@pytest.mark.parametrize("kind", ["saved-model", "tflite"])
def test_an_exported_vocoder_gives_the_same_waves(run, vocoder, tmp_path, kind):
    output = tmp_path / "é x" / "model"
    assert cli.main(["export", f"--run={run}", f"--format={kind}", f"--output={output}"]) == 0
    for count in (20, 33):
        levels_db = np.random.default_rng(count).normal(size=(count, 80)).astype(np.float32) * 20
        if kind == "saved-model":
            signature = tf.saved_model.load(str(output)).signatures["serving_default"]
            found = signature(mel=tf.constant(levels_db[None]))["wave"]
        else:
            interpreter = tf.lite.Interpreter(str(output))
            number = interpreter.get_input_details()[0]["index"]
            interpreter.resize_tensor_input(number, (1, count, 80))
            interpreter.allocate_tensors()
            interpreter.set_tensor(number, levels_db[None])
            interpreter.invoke()
            found = interpreter.get_tensor(interpreter.get_output_details()[0]["index"])
        assert np.allclose(found, vocoder.vocode(levels_db), atol=1e-5)
