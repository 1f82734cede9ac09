"""A fine-tuned speaker has a network that predicts unheard recordings better; the other speakers stay as they are."""

import sys
from types import SimpleNamespace

import keras
import numpy as np
import pytest
from calls import vconv_command
from new_voice import NAME, speech

from vconv.adaptation import adapt
from vconv.alignment.frames import encode_utterance
from vconv.conversion.converter import VoiceConverter
from vconv.features import content
from vconv.features.analysis import analyze_frames
from vconv.features.content.interface import ContentFromAcoustic
from vconv.features.normalizers import AcousticNormalizer
from vconv.models import matched
from vconv.training import fine_tuning as training
from vconv.voices.voice_file import VoiceFile

SOURCE = speech(1.5, seed=7)
EMBEDDING = np.float32([0.1, -0.1])


@pytest.fixture(scope="module")
def tuned(adapted, quick_adaptation, recordings, tmp_path_factory):
    """The ready voice with the new speaker, fine-tuned by a few steps."""
    output = tmp_path_factory.mktemp("tuned") / "new.vconv"
    with quick_adaptation(), pytest.MonkeyPatch.context() as patch:
        patch.setattr(training, "STEPS", 24)
        adapt.adapt(adapted.base, NAME, recordings, output, lambda note: None, fine_tune=True)
    return VoiceFile(output)


def error(voice, signal):
    """Return the mean squared error of what a voice predicts for the last speaker's own speech."""
    statistics, network = voice.statistics(), voice.network()
    number = len(statistics.speakers) - 1
    mean, std = statistics.acoustic_mean[number], statistics.acoustic_std[number]
    frames = analyze_frames(signal, statistics.settings, tuple(statistics.f0_range_hz[number]))
    acoustic, _, encoded, speech_frames = encode_utterance(frames, content.encoder_of(statistics.settings), mean, std)
    predicted = network.fine_tuned.get(number, network)(encoded[None], network.embeddings[number])[0]
    errors = predicted - AcousticNormalizer(statistics).forward(acoustic, mean)
    return np.square(errors[speech_frames]).mean()


def test_recordings_that_were_not_used_are_predicted_better(adapted, tuned):
    held_out = speech(4, seed=9)
    assert error(tuned, held_out) < 0.9 * error(adapted.voice, held_out)


@pytest.mark.parametrize("source", [None, "SM1"])
@pytest.mark.parametrize("target", ["TF1", {"SF1": 0.3, "TM2": 0.7}])
def test_conversions_to_old_targets_are_the_same_to_the_bit(adapted, tuned, source, target):
    before, after = (VoiceConverter.load(voice).convert(SOURCE, target, source)[0] for voice in (adapted.base, tuned))
    np.testing.assert_array_equal(before, after)


def test_only_the_new_speaker_has_another_network(adapted, tuned):
    assert list(tuned.fine_tuned()) == [10]
    before, after = adapted.voice.members(), tuned.members()
    changed = {name for name in after if before.get(name) != after[name]}
    assert changed == {"fine_tuned/10.onnx", "examples/predicted.npy"}


def test_a_conversion_to_the_new_speaker_is_another_one(adapted, tuned):
    before, after = (VoiceConverter.load(voice).convert(SOURCE, NAME)[0] for voice in (adapted.voice, tuned))
    assert np.isfinite(after).all() and np.abs(before - after).max() > 0.01 * np.abs(before).max()


def test_nothing_is_written_if_the_training_fails(adapted, quick_adaptation, recordings, tmp_path, monkeypatch):
    def interrupted(*arguments):
        raise KeyboardInterrupt

    monkeypatch.setattr(training, "fine_tune", interrupted)
    with quick_adaptation(), pytest.raises(KeyboardInterrupt):
        adapt.adapt(adapted.base, NAME, recordings, tmp_path / "new.vconv", lambda note: None, fine_tune=True)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("package", ["tensorflow", "onnx"])
def test_without_the_extra_the_command_says_so_before_the_work(recordings, tmp_path, capsys, monkeypatch, package):
    for name in [name for name in sys.modules if name.partition(".")[0] in (package, "vconv")]:
        if name.startswith(("vconv.onnx_graph", package)):
            monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, package, None)
    output = tmp_path / "new.vconv"
    arguments = "--run=vcc2016", "--speaker=new", "--fine-tune", f"--output={output}", recordings
    assert vconv_command("adapt", *arguments) == 2
    err = capsys.readouterr().err
    assert f"--fine-tune needs {package}, which is not installed; run: pip install 'vconv[train]'" in err
    assert err.count("\n") == 1 and not output.exists()


KNOWN = np.float32([[1, 0], [0, 1], [-1, 1]])
RULE = ContentFromAcoustic((slice(0, 4),), np.ones((1, 4), np.float32), 4, -1e9)  # no frame is a pause


@pytest.mark.parametrize("rule", [None, RULE])
def test_the_loss_falls_on_segments_that_were_not_used(rule):
    """A network learns a speaker whose features are 1 higher than the network says."""
    case = small_case()
    before = np.square(case.predicted() - case.wanted).mean()
    training.fine_tune(case.network, EMBEDDING, *case.segments, KNOWN, rule)
    assert before == pytest.approx(1) and np.square(case.predicted() - case.wanted).mean() < 0.95


def test_with_the_consistency_a_known_speaker_hears_more_of_the_content(monkeypatch):
    """The network as it was converts predictions to a known speaker; the content should come out as from the source."""
    errors = []
    for weight in (0.0, 30.0):
        case = small_case()
        old = keras.models.clone_model(case.network)
        old.set_weights(case.network.get_weights())
        monkeypatch.setattr(training, "CONSISTENCY", weight)
        training.fine_tune(case.network, EMBEDDING, *case.segments, KNOWN, RULE)
        again = np.concatenate([case.predicted(), case.contents[..., 4:]], axis=-1)
        known = np.tile(KNOWN[:1], (len(again), 1))
        errors.append(np.square(old([again, known]) - old([case.contents, known])).mean())
    assert errors[1] < 0.9 * errors[0]


def small_case():
    """Return a network, the segments it is trained with, and contents with the features wanted for them."""
    keras.utils.set_random_seed(0)
    settings = {"channels": 6, "kernel": 3, "dilations": [1], "speaker_embedding": 2, "slope": 0.1}
    network = matched.converter(5, 4, settings | {"look_ahead_frames": 1000})
    random = np.random.default_rng(0)

    def predicted(contents):
        return np.array(network([contents, np.tile(EMBEDDING, (len(contents), 1))]))

    def segments(count):
        contents = random.normal(size=(count, 16, 5)).astype(np.float32)
        return contents, predicted(contents) + 1, np.ones((count, 16), np.float32)

    training_segments, (contents, wanted, _) = (segments(20), segments(20)), segments(10)
    return SimpleNamespace(
        network=network,
        segments=training_segments,
        contents=contents,
        wanted=wanted,
        predicted=lambda: predicted(contents),
    )
