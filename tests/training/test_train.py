"""Training: resumed equals uninterrupted bit for bit, settings take effect, mismatches and NaN are refused.

Tests of bit exactness train by graphs, as users do; the others train eagerly, which is faster for few steps.
"""

import numpy as np
import pytest
import tensorflow as tf
from small import changes_for, write_pairs
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from vconv.alignment.frame_pairs import open_for
from vconv.common.errors import VconvError
from vconv.models import losses
from vconv.models.adversarial import AdversarialModel
from vconv.training import train as training
from vconv.training.callbacks import CheckpointCallback
from vconv.training.run_folder import RunFolder


@pytest.fixture
def train(small_store, small_statistics, small_settings, tmp_path, light_epochs):
    """Train a small model; keyword arguments change settings of its `training` section."""

    def run(name, model="convvae", rounds=1, gv=1.0, **changes):
        short = {"frames_per_epoch": 16}  # two steps, of vawgan one
        settings = small_settings | {"training": small_settings["training"] | short | changes}
        if model == "vawgan":
            settings["adversarial"] = {"critic_steps": 2, "warm_up_epochs": 1, "ema_decay": 0.9}
            settings["network"] = settings["network"] | {"critic_channels": [2], "critic_kernels": [7]}
        if model == "matched":
            if rounds:
                write_pairs(small_store, rounds=rounds)
            shrunk = changes_for(model)
            short = {"segments_per_epoch": 16}
            settings = shrunk | {"training": shrunk["training"] | short | changes, "conversion": {"gv": gv}}
        return training.train(
            model, small_store, small_statistics, {"root": "x"}, tmp_path / name, settings, lines.append
        )

    lines = run.lines = []
    return run


def weights(folder):
    model = folder.build_model()
    folder.load_checkpoint(model, resume=True)
    optimizers = [model.optimizer, getattr(model, "critic_optimizer", model.optimizer)]
    return [
        np.array(variable)
        for holder in (model, *optimizers)
        for variable in (holder.weights if holder is model else holder.variables)
    ]


class Killed(Exception):
    """Stands for kill −9."""


@pytest.mark.slow
@pytest.mark.parametrize("model", ["vawgan", "matched"])
def test_a_resumed_training_equals_an_uninterrupted_one_bit_for_bit(train, model, monkeypatch, request):
    if model == "vawgan":  # its state is tested; to build four graphs takes long
        request.getfixturevalue("eager")
    whole = train("whole", model, epochs=3)
    save = RunFolder.save_checkpoint

    def die_in_epoch_2(folder, trained, epochs):
        if epochs == 2:  # after the epoch was trained, before it was saved
            raise Killed
        save(folder, trained, epochs)

    monkeypatch.setattr(RunFolder, "save_checkpoint", die_in_epoch_2)
    with pytest.raises(Killed):
        train("parts", model, epochs=3)
    monkeypatch.undo()
    assert RunFolder(whole.path.with_name("parts")).epochs_done() == 1
    parts = train("parts", model, epochs=3)
    assert any("continues after epoch 1" in line for line in train.lines)
    for one, other in zip(weights(whole), weights(parts), strict=True):
        assert np.array_equal(one, other)
    assert whole.history() == parts.history() and len(parts.history()) == 3
    health = whole.history("health")
    assert health == parts.history("health")
    assert [row["epoch"] for row in health] == ([2, 3] if model == "vawgan" else []), "after the warm-up"


@pytest.mark.usefixtures("eager")
def test_a_checkpoint_loads_averaged_weights_for_use_and_the_last_ones_to_resume(train):
    folder = train("a", "vawgan", epochs=1)
    model = folder.build_model()
    folder.load_checkpoint(model, resume=True)
    averages = [np.array(weight) for weight in model.average.weights]
    last = [np.array(variable) for variable in model.generator_variables]
    assert not any(np.array_equal(one, other) for one, other in zip(averages, last, strict=True))
    folder.load_checkpoint(model)
    for average, variable in zip(averages, model.generator_variables, strict=True):
        assert np.array_equal(average, variable)


@pytest.mark.slow
@pytest.mark.usefixtures("eager")
def test_the_weights_of_a_run_depend_on_its_seed_alone(train):
    one, same, other = (weights(train(name, seed=seed, epochs=1)) for name, seed in (("a", 1), ("b", 1), ("c", 2)))
    assert all(np.array_equal(x, y) for x, y in zip(one, same, strict=True))
    assert not all(np.array_equal(x, y) for x, y in zip(one, other, strict=True))


@pytest.mark.usefixtures("eager")
def test_a_finished_run_stays_and_goes_on_with_more_epochs(train):
    first = weights(train("a", epochs=1))
    again = weights(train("a", epochs=1))
    assert all(np.array_equal(x, y) for x, y in zip(first, again, strict=True))
    folder = train("a", epochs=2)
    assert folder.epochs_done() == 2 and folder.settings()["settings"]["training"]["epochs"] == 2
    assert tf.config.optimizer.get_experimental_options()["disable_meta_optimizer"], "it changes the last bits"


@pytest.mark.slow
@pytest.mark.usefixtures("eager")
def test_every_training_setting_changes_the_result(train):
    base = weights(train("base", epochs=1))
    changes = {
        "batch_size": 4,
        "learning_rate": 0.1,
        "beta_1": 0.9,
        "beta_2": 0.5,
        "frames_per_epoch": 24,
        "seed": 9,
        "balance_speakers": True,
    }
    for key, value in changes.items():
        changed = weights(train(key, epochs=1, **{key: value}))
        assert not all(np.array_equal(x, y) for x, y in zip(base, changed, strict=True)), key


@pytest.mark.usefixtures("eager")
def test_other_settings_or_features_are_refused(train, small_store, small_statistics, tmp_path):
    train("a", epochs=1)
    with pytest.raises(VconvError, match="settings.training.learning_rate"):
        train("a", epochs=1, learning_rate=0.1)
    with pytest.raises(VconvError, match="model"):
        train("a", "vawgan", epochs=1)
    small_store.fingerprint = "another"
    with pytest.raises(VconvError, match="other features"):
        train("a", epochs=1)


@pytest.mark.usefixtures("eager")
def test_missing_frame_pairs_others_and_those_of_other_features_are_refused(train, small_store, monkeypatch):
    with pytest.raises(VconvError, match="frame_pairs.h5: there is no such file; make it with `vconv match`"):
        train("a", "matched", rounds=None)
    train("a", "matched", epochs=1)
    assert RunFolder(small_store.path.with_name("a")).settings()["data"] == {"frame_pairs": {"rounds": 1}}
    with pytest.raises(VconvError, match="trained with another data.frame_pairs.rounds"):
        train("a", "matched", epochs=2, rounds=2)
    monkeypatch.setattr(small_store, "fingerprint", "another")
    with pytest.raises(VconvError, match="frame_pairs.h5: the frames matched there are those of other features"):
        training.train("matched", small_store, None, {}, small_store.path.with_name("b"))


@pytest.mark.usefixtures("eager")
def test_the_affine_transforms_are_in_the_run_folder_but_not_in_the_weights(train, small_store):
    folder = train("a", "matched", epochs=1)
    with open_for(small_store) as pairs:
        np.testing.assert_array_equal(folder.transforms(), pairs.transforms)
    assert not any(weight.shape == folder.transforms().shape for weight in weights(folder))
    assert train("b", epochs=1).transforms() is None, "a model of single frames has none"


@pytest.mark.usefixtures("eager")
def test_conversion_settings_of_a_finished_run_can_be_changed(train):
    folder = train("a", "matched", epochs=1)
    first, converts = weights(folder), folder.model_settings()["conversion"]
    assert converts["gv"] != 0.25
    folder = train("a", "matched", epochs=1, gv=0.25)
    assert folder.model_settings()["conversion"] == converts | {"gv": 0.25}
    assert all(np.array_equal(x, y) for x, y in zip(first, weights(folder), strict=True))


@pytest.mark.usefixtures("eager")
def test_a_run_without_a_newer_setting_goes_on_with_its_default(train):
    folder = train("a", epochs=1)
    settings = folder.settings()
    del settings["settings"]["training"]["balance_speakers"]
    folder.update(settings)
    with pytest.raises(VconvError, match="another settings.training.balance_speakers;"):
        train("a", epochs=2, balance_speakers=True)
    assert train("a", epochs=2).epochs_done() == 2
    assert folder.settings()["settings"]["training"]["balance_speakers"] is False


def test_an_adversarial_loss_of_nan_gets_advice_for_both_networks(tmp_path):
    checkpoints = CheckpointCallback(RunFolder(tmp_path), None, "loss", 0, print)
    checkpoints.set_model(AdversarialModel())
    with pytest.raises(VconvError, match="loss became nan.*adversarial.critic_learning_rate.*, and train into a new"):
        checkpoints.on_epoch_end(0, {"loss": float("nan")})


@pytest.mark.usefixtures("eager")
@pytest.mark.parametrize("value", ["nan", "inf"])
def test_a_loss_that_is_not_finite_ends_training_in_one_sentence_and_keeps_the_checkpoint(train, monkeypatch, value):
    folder = train("a", epochs=1)
    before = weights(folder)
    kl = losses.gaussian_kl
    monkeypatch.setattr(losses, "gaussian_kl", lambda *code: kl(*code) + float(value))
    with pytest.raises(VconvError, match=f"became {value} in epoch 2.*checkpoint of epoch 1"):
        train("a", epochs=2)
    assert folder.epochs_done() == 1 and len(folder.history()) == 1
    assert all(np.array_equal(x, y) for x, y in zip(before, weights(folder), strict=True))


@pytest.mark.usefixtures("eager")
def test_early_stopping_counts_the_epochs_of_the_history(train):
    folder = train("a", epochs=1)
    rows = [{**folder.history()[0], "epoch": epoch, "val_loss": loss} for epoch, loss in ((1, 1.0), (2, 2.0), (3, 3.0))]
    model = folder.build_model()
    for epoch in (2, 3):
        folder.save_checkpoint(model, epoch)
    folder.write_history(rows)
    assert train("a", epochs=9, early_stopping_patience=2).epochs_done() == 3
    assert train("a", epochs=4, early_stopping_patience=3).epochs_done() == 4, "the patience is not used up"


@pytest.mark.usefixtures("eager")
def test_a_training_without_improvement_stops_after_its_patience(train):
    assert train("a", epochs=9, early_stopping_patience=1, learning_rate=1e-30).epochs_done() == 2
    assert "no better val_loss for 1 epochs" in train.lines[-1]


@pytest.mark.usefixtures("eager")
def test_the_log_has_every_epoch_and_a_picture(small_store, small_statistics, small_settings, tmp_path):
    folder = training.train("convvae", small_store, small_statistics, {"root": "x"}, tmp_path / "a", small_settings)
    log = EventAccumulator(str(folder.log))
    log.Reload()
    tags = log.Tags()
    found = {event.step for event in log.Tensors("val_loss")} if "val_loss" in tags["tensors"] else set()
    assert found == {1, 2} and "validation utterance" in tags["tensors"]
    assert (folder.path / "curves.png").stat().st_size > 5000


@pytest.mark.parametrize(
    "changes",
    [
        {"epochs": 0},
        {"batch_size": 0},
        {"frames_per_epoch": 7},
        {"learning_rate": 0.0},
        {"seed": -1},
        {"early_stopping_patience": -1},
        {"learning_rate": float("inf")},
    ],
)
def test_settings_out_of_range_are_refused(train, changes):
    with pytest.raises(VconvError, match=f"training.{next(iter(changes))}"):
        train("a", **changes)


def test_settings_that_contradict_the_speakers_begin_no_run(small_store, small_statistics, tmp_path):
    with pytest.raises(VconvError, match="adversarial.pair is for two speakers, and the features have 3; name two"):
        training.train("vawgan_pair", small_store, small_statistics, {"root": "x"}, tmp_path / "run")
    assert not (tmp_path / "run").exists()
