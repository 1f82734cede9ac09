"""DCGAN: noise, the training step with each constraint and objective, growing, validation, resuming."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from small import write_store
from small_dcgan import SMALL, batch, build

from vconv.features.store import FeatureStore
from vconv.models.losses import mean_distance
from vconv.training import train
from vconv.training.run_folder import RunFolder


def test_z_and_samples_lie_between_minus_1_and_1():
    model = build()
    z = model.draw("z", 3, 4000).numpy()
    assert z.shape == (4000, 4) and -1 <= z.min() < -0.99 and 0.99 < z.max() <= 1 and abs(z.mean()) < 0.03
    assert z.std() == pytest.approx(1 / 3**0.5, abs=0.01)  # of a uniform distribution
    patches = model(100 * z[:50]).numpy()
    assert patches.shape == (50, 12, 8, 1) and np.abs(patches).max() <= 1


def test_every_use_of_noise_in_every_step_has_its_own_seed():
    from vconv.models.dcgan import NOISE

    model = build()
    seeds = {tuple(model.noise_seed(what, step).numpy()) for what in NOISE for step in range(20)}
    assert len(seeds) == 20 * len(NOISE)


def test_each_step_trains_its_own_network_and_the_normalization_statistics():
    model = build()
    before = {name: [np.array(weight) for weight in net.weights] for name, net in model.networks.items()}
    model.train_step(batch())
    for name, net in model.networks.items():
        # A bias right before a normalization over the batch gets no gradient.
        still = [
            weight.path for weight, old in zip(net.weights, before[name], strict=True) if np.array_equal(weight, old)
        ]
        assert not [path for path in still if not path.endswith("bias")], name
    assert int(model.optimizer.iterations) == int(model.critic_optimizer.iterations) == 1


def test_the_critic_takes_critic_steps_steps_each_on_its_own_examples():
    model = build("adversarial.critic_steps=3")
    assert model.examples_per_step == 12
    model.train_step(batch(12))
    assert int(model.critic_optimizer.iterations) == 3 and int(model.optimizer.iterations) == 1


def test_the_gradient_penalty_of_a_linear_critic_by_hand():
    """A critic with score = ⟨w, x⟩ has the gradient w everywhere: (‖w‖ − 1)²."""
    model = build()
    w = np.random.default_rng(0).normal(size=(12, 8, 1)).astype(np.float32)
    model.critic = lambda inputs, training: tf.reduce_sum(inputs[0] * w, (1, 2, 3))
    real, fake = batch()[0], batch(seed=1)[0]
    expected = (np.linalg.norm(w) - 1) ** 2
    assert np.allclose(model.gradient_between(real, fake, 0), w)
    loss, terms = model.critic_loss(batch())
    assert float(loss) == pytest.approx(10 * expected - float(terms["distance"]), rel=1e-5)


def test_spectral_normalization_acts_in_critic_steps_and_is_no_part_of_the_networks():
    model = build("adversarial.constraint=spectral_normalization", "network.critic_norm=none")
    plain = build("network.critic_norm=none")
    assert [weight.shape for weight in model.critic.weights] == [weight.shape for weight in plain.critic.weights]
    vectors = [np.array(vector) for vector in model.spectral.weights]
    kernels = [np.array(kernel) for kernel in model.critic_kernels]
    model.step_generator(lambda: model.generator_loss(batch()))
    assert all(map(np.array_equal, vectors, model.spectral.weights))
    assert all(map(np.array_equal, kernels, model.critic_kernels))
    model.train_step(batch())
    assert not any(map(np.array_equal, vectors, model.spectral.weights))
    assert model.average is plain.spectral is None


def test_weight_clipping_bounds_kernels_but_not_normalizations():
    model = build("adversarial.constraint=weight_clipping", "adversarial.clip_limit=0.003")
    _, terms = model.critic_loss(batch())
    assert "penalty" not in terms
    model.train_step(batch())
    assert max(np.abs(layer.kernel).max() for layer in model.critic.layers if hasattr(layer, "kernel")) <= 0.003
    assert np.min(model.critic.get_layer("critic_1_norm").gamma) > 0.9


@pytest.mark.parametrize("objective", ["non_saturating", "least_squares"])
def test_other_objectives_train_without_constraint(objective):
    model = build(f"adversarial.objective={objective}", "adversarial.constraint=none")
    logs = model.train_step(batch())
    assert np.isfinite(float(logs["loss"])) and float(logs["penalty"]) == 0


def test_feature_matching_compares_means_of_the_layer_before_the_score():
    model = build("adversarial.feature_matching=0.5", "network.critic_dropout=0", "adversarial.objective=least_squares")
    model.generator = lambda z, training: batch(seed=1)[0]
    loss, terms = model.generator_loss(batch())
    seed = tf.constant([0, 0])
    scores = model.critic([batch(seed=1)[0], seed], training=True).numpy()
    before = keras.Model(model.critic.inputs, model.critic.get_layer("score").input)
    fake, real = (before([batch(seed=number)[0], seed], training=True).numpy().mean(0) for number in (1, 0))
    assert float(terms["feature_matching"]) == pytest.approx(np.mean((real - fake) ** 2), rel=1e-4)
    assert float(loss) == pytest.approx(np.mean((scores - 1) ** 2) + 0.5 * np.mean((real - fake) ** 2), rel=1e-4)


def test_feature_matching_gives_the_generator_a_gradient_and_is_in_the_log():
    model = build("adversarial.feature_matching=1.0")
    logs = model.train_step(batch())
    assert float(logs["feature_matching"]) > 0 and "feature_matching" not in build().trackers
    assert float(model.health_metrics["generator_gradient"].result()) > 0


def test_samples_within_averaged_are_made_by_the_averaged_weights():
    model, z = build("adversarial.ema_decay=0.9"), np.ones((2, 4), np.float32)
    for seed in range(3):
        model.train_step(batch(seed=seed))
    own = model(z).numpy()
    with model.averaged():
        averaged = model(z).numpy()
    assert not np.allclose(own, averaged) and np.array_equal(model(z).numpy(), own)


def test_generator_and_data_grow_from_coarse_to_full_resolution():
    model = build("adversarial.progressive_epochs=4", "adversarial.ema_decay=0.9")
    z = np.random.default_rng(0).uniform(-1, 1, (3, 4)).astype(np.float32)
    plain = build()
    extra = {"coarse_1": (3, 2, 1), "coarse_2": (6, 4, 1), "growing": (12, 8, 1)}
    assert {
        layer.name: layer.output.shape[1:]
        for layer in model.generator.layers
        if layer.name not in {one.name for one in plain.generator.layers}
    } == extra
    assert model.generator.count_params() == plain.generator.count_params() + 4 + 3 + 3
    heads = {name: model.generator.get_layer(name).kernel for name in ("coarse_1", "coarse_2", "upsampling_4")}
    for epoch, grown, blocks in (
        (0, ["coarse_1"], 4),
        (2, ["coarse_2"], 2),
        (3, ["coarse_2", "upsampling_4"], 1),
        (4, ["upsampling_4"], 1),
        (9, ["upsampling_4"], 1),
    ):
        model.begin_epoch(epoch)
        patches, (real, _) = model(z).numpy(), model.shared(batch())
        for x in patches, real.numpy():
            assert np.allclose(x[:, ::blocks, ::blocks], x[:, blocks - 1 :: blocks, blocks - 1 :: blocks], atol=1e-6)
        before = {name: np.array(head) for name, head in heads.items()}
        model.train_step(batch())
        moved = [name for name, head in heads.items() if not np.array_equal(before[name], head)]
        assert set(grown) <= set(moved) and "upsampling_4" not in moved or "upsampling_4" in grown
    assert np.array_equal(real, batch()[0])
    with model.averaged():
        assert model.generator.get_layer("growing").shares.numpy().tolist() == [0, 0, 1]
    assert build().shared(batch())[0] is not None and plain.progressive_epochs == 0


def test_the_mean_distance_equals_that_of_numpy():
    x, y = (np.random.default_rng(seed).normal(size=(5 + seed, 3, 2, 1)).astype(np.float32) for seed in (0, 1))

    def rms(a, b):
        return np.sqrt(np.mean((a - b) ** 2))

    within = np.mean([rms(x[i], x[j]) for i in range(5) for j in range(5) if i != j])
    assert float(mean_distance(x)) == pytest.approx(within, rel=1e-4)
    assert float(mean_distance(x, y)) == pytest.approx(np.mean([rms(a, b) for a in x for b in y]), rel=1e-4)


def test_validation_metrics_of_perfect_and_collapsed_generators():
    model, (patches, labels) = build(), batch(64)
    for fakes, energy, spread in ((patches, 0, 1), (tf.repeat(patches[:1], 64, 0), 0.3, 0)):
        model.generator = lambda z, training, fakes=fakes: fakes
        logs = model.test_step((patches, labels))
        assert float(logs["spread"]) == pytest.approx(spread, abs=0.01)
        if energy:
            assert float(logs["energy_distance"]) > energy
        else:
            assert abs(float(logs["energy_distance"])) < 0.03
        for tracker in model.metrics:
            tracker.reset_state()


class Killed(Exception):
    """Stands for kill -9."""


def weights(folder):
    model = folder.build_model()
    folder.load_checkpoint(model)
    return [
        np.array(variable)
        for holder in (model.weights, model.optimizer.variables, model.critic_optimizer.variables)
        for variable in holder
    ]


EXTRA = {
    "network": {"critic_norm": "none"},
    "adversarial": {"constraint": "spectral_normalization", "progressive_epochs": 2, "ema_decay": 0.9},
}


@pytest.mark.slow
@pytest.mark.usefixtures("light_epochs")
@pytest.mark.parametrize("extra", [{}, EXTRA])
def test_a_resumed_training_equals_an_uninterrupted_one_bit_for_bit(tmp_path, monkeypatch, extra, request):
    if extra:  # adds state, and steps that the first case runs as graphs
        request.getfixturevalue("eager")

    def trained(name):
        with FeatureStore(write_store(tmp_path / "f.h5", (60, 70), contents=("wave",))) as store:
            return train.train("dcgan", store, None, {"root": "x"}, tmp_path / name, changes, lambda line: None)

    changes = {section: SMALL.get(section, {}) | extra.get(section, {}) for section in {*SMALL, *extra}}
    changes["training"]["epochs"] = 3
    whole = trained("whole")
    save = RunFolder.save_checkpoint

    def die_in_epoch_2(folder, model, epochs):
        if epochs == 2:
            raise Killed
        save(folder, model, epochs)

    monkeypatch.setattr(RunFolder, "save_checkpoint", die_in_epoch_2)
    with pytest.raises(Killed):
        trained("parts")
    monkeypatch.undo()
    parts = trained("parts")
    assert all(np.array_equal(one, other) for one, other in zip(weights(whole), weights(parts), strict=True))
    vectors = [variable for variable in whole.build_model().weights if "vector" in variable.name]
    assert len(vectors) == 4 * bool(extra), "three convolutions and the score"
    assert whole.history() == parts.history() and len(parts.history()) == 3
    for epoch in (1, 2, 3):
        one, other = (folder.path / "samples" / f"epoch-{epoch:04d}.png" for folder in (whole, parts))
        assert one.read_bytes() == other.read_bytes()
