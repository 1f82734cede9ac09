"""A training of few speakers starts from the network of a voice: when it does, with which weights, and what it says."""

from dataclasses import replace

import numpy as np
import pytest
from calls import vconv_command
from runs import untrained
from small import build, changes_for, write_pairs, write_store

from vconv import models
from vconv.common.errors import VconvError
from vconv.features.normalizers import AcousticNormalizer
from vconv.features.statistics import compute
from vconv.features.store import FeatureStore
from vconv.training import train as training
from vconv.voices import starting_point
from vconv.voices.pack import pack
from vconv.voices.ready import ConvertingRun, open_run


@pytest.fixture(scope="module")
def known(tmp_path_factory):
    """The statistics of three speakers."""
    with FeatureStore(write_store(tmp_path_factory.mktemp("known") / "features.h5", (30, 30))) as store:
        return compute(store)


@pytest.fixture(scope="module")
def voice(known, tmp_path_factory):
    """The path of a run of the small `matched` with random weights."""
    return untrained(tmp_path_factory.mktemp("trained") / "voice", known, "matched")[0].path


def settings_for(voice, **start):
    return models.settings("matched", changes_for("matched") | {"start": {"voice": str(voice), **start}})


def other_scale(statistics):
    """Return statistics of the same speakers whose features have other standard deviations."""
    factors = np.random.default_rng(0).uniform(0.5, 2, statistics.acoustic_std.shape[1])
    return replace(statistics, acoustic_std=statistics.acoustic_std * factors)


def test_each_speaker_begins_with_the_prediction_for_the_mean_speaker_of_the_voice(voice, known):
    own = other_scale(known)
    settings, network = settings_for(voice), open_run(voice).network()
    model = build("matched", settings)
    starting_point.find(settings, {}, own)[0].set_weights(model)
    content = np.random.default_rng(1).normal(size=(3, 20, 27)).astype(np.float32)
    expected = AcousticNormalizer(known).inverse(network(content, network.embeddings.mean(axis=0)), 0)
    found = AcousticNormalizer(own).inverse(np.array(model((content, np.arange(3)))), 0)
    np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-4)


def test_only_few_speakers_start_from_a_voice(voice, known):
    changes = {"training": {"seed": 1}}
    for start in ({"most_speakers": 2}, {"voice": "none"}):
        found = starting_point.find(settings_for(**{"voice": voice} | start), changes, known)
        assert found == (None, changes, None)
    start, _, sentence = starting_point.find(settings_for(voice, most_speakers=3), changes, known)
    assert start and f"starts from {ConvertingRun(voice)}" in sentence and "--set start.voice=none" in sentence


def test_a_model_without_the_setting_starts_from_random_weights(known):
    assert starting_point.find(models.settings("convvae"), {}, known) == (None, {}, None)


def test_the_training_has_other_defaults_which_the_user_changes(voice, known):
    settings = settings_for(voice, learning_rate=0.5, epochs=7)
    for changes, expected in (({}, (0.5, 7)), ({"training": {"epochs": 3, "seed": 1}}, (0.5, 3))):
        found = models.settings("matched", starting_point.find(settings, changes, known)[1])["training"]
        assert (found["learning_rate"], found["epochs"]) == expected
        assert found["seed"] == changes.get("training", {}).get("seed", 0)


@pytest.mark.parametrize("key", starting_point.FEATURES)
def test_other_features_are_told_and_the_weights_are_random(voice, known, key):
    other = replace(known, settings=known.settings | {key: 24000})
    start, changes, sentence = starting_point.find(settings_for(voice), {}, other)
    assert start is None and changes == {}
    assert "random weights, because" in sentence and key in sentence and "24000" in sentence


def test_another_network_is_told_and_the_weights_are_random(voice, known):
    settings = settings_for(voice)
    settings["network"]["look_ahead_frames"] = 4  # the weights have the same shapes
    start, _, sentence = starting_point.find(settings, {}, known)
    assert start is None and "network of voice has other settings" in sentence


def test_an_unknown_voice_is_refused(known):
    with pytest.raises(VconvError, match="vcc2017.*ready voice.*vcc2016"):
        starting_point.find(settings_for("vcc2017"), {}, known)


@pytest.mark.parametrize("name", ["matched", "matched_live"])
def test_the_voice_that_is_the_default_fits_the_defaults(name, known):
    assert starting_point.find(models.settings(name), {}, known)[0] is not None


def test_only_a_new_run_gets_the_weights(small_store, small_statistics, tmp_path, eager, light_epochs):
    write_pairs(small_store)
    changes = changes_for("matched")

    class Start:
        calls = 0

        def set_weights(self, model):
            Start.calls += 1
            for weight in model.weights:
                weight.assign(np.full(weight.shape, 0.5))

    def trained(epochs):
        changes["training"] |= {"epochs": epochs, "learning_rate": 1e-9}
        run = training.train(
            "matched", small_store, small_statistics, {}, tmp_path / "run", changes, [].append, start=Start()
        )
        return ConvertingRun(run.path).network().embeddings

    for epochs in (1, 2):
        np.testing.assert_allclose(trained(epochs), 0.5, atol=1e-6)
        assert Start.calls == 1


def test_the_command_says_what_it_starts_from(tiny, tmp_path, capsys, monkeypatch):
    calls = []
    monkeypatch.setattr(training, "train", lambda *arguments, **keywords: calls.append((arguments[5], keywords)))
    pairs = tmp_path / "frame_pairs.h5"
    arguments = [f"--corpus={tiny.corpus}", f"--features={tiny.features}"]
    assert vconv_command("match", *arguments, f"--output={pairs}") == 0
    capsys.readouterr()
    arguments += [f"--run={tmp_path / 'run'}", f"--frame-pairs={pairs}"]
    assert vconv_command("train", "matched", *arguments) == 0
    out = capsys.readouterr().out
    assert "few speakers (3), so the training starts from the voice vcc2016" in out and len(out.splitlines()) == 1
    assert vconv_command("train", "matched", *arguments, "--set=start.voice=none") == 0
    assert capsys.readouterr().out == ""
    (started, with_voice), (alone, without) = calls
    defaults = models.settings("matched")["start"]
    assert started["training"] == {key: defaults[key] for key in ("learning_rate", "epochs")} and with_voice["start"]
    assert "training" not in alone and without["start"] is None


def test_a_voice_file_names_what_it_started_from_without_the_path(voice, known, tmp_path):
    run = untrained(tmp_path / "run", known, "matched", start={"voice": str(voice)})[0]
    pack(run.path, tmp_path / "a.vconv")
    settings = open_run(tmp_path / "a.vconv").model_settings()
    assert settings["start"]["voice"] == voice.name
    assert str(tmp_path.parent) not in str(settings)
