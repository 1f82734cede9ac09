"""DCGAN: the published networks, sizes and settings, the training step, validation, resuming, mistakes."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers
from small import changes_for, write_store

from vconv import models
from vconv.audio.images import CHANNELS
from vconv.common import config
from vconv.common.errors import VconvError
from vconv.features.store import FeatureStore
from vconv.models.losses import mean_distance
from vconv.training import info, train
from vconv.training.run_folder import RunFolder

SMALL = changes_for("dcgan")


def build(*assignments, small=True):
    changes = config.overlay(SMALL if small else {}, config.parse_assignments(assignments))
    return models.build("dcgan", models.settings("dcgan", changes))


def shapes(network):
    """Return (name, output shape, has a bias or None) of every layer that computes."""
    return [
        (layer.name, layer.output.shape[1:], getattr(layer, "use_bias", None))
        for layer in network.layers
        if not isinstance(layer, layers.InputLayer)
    ]


@pytest.fixture(scope="module")
def published():
    return build(small=False)


def test_the_layers_of_the_generator_are_the_published_ones(published):
    def block(name, *shape):
        return [(name, shape, False), (f"{name}_norm", shape, None), (f"{name}_leaky_relu", shape, None)]

    assert shapes(published.generator) == [
        *block("start", 6272),
        ("start_map", (7, 7, 128), None),
        *block("upsampling_1", 7, 7, 128),
        *block("upsampling_2", 14, 14, 64),
        *block("upsampling_3", 28, 28, 32),
        ("upsampling_4", (28, 28, 1), False),
        ("tanh", (28, 28, 1), None),
    ]
    assert published.generator.input.shape == (None, 20)
    transposed = [layer for layer in published.generator.layers if isinstance(layer, layers.Conv2DTranspose)]
    assert [(layer.kernel_size, layer.strides, layer.padding) for layer in transposed] == [
        ((5, 5), (stride, stride), "same") for stride in (1, 2, 2, 1)
    ]
    slopes = {
        layer.negative_slope
        for net in published.networks.values()
        for layer in net.layers
        if isinstance(layer, layers.LeakyReLU)
    }
    assert slopes == {0.3}


def test_the_layers_of_the_critic_are_the_published_ones(published):
    def block(number, *shape, dropout=True):
        name = f"critic_{number}"
        found = [(name, shape, True), (f"{name}_norm", shape, None), (f"{name}_leaky_relu", shape, None)]
        return found + [(f"{name}_dropout", shape, None)] * dropout

    assert shapes(published.critic) == [
        *block(1, 28, 28, 64, dropout=False),
        *block(2, 14, 14, 128),
        *block(3, 7, 7, 256),
        ("score", (1, 1, 1), True),
        ("flat", (), None),
    ]
    convolutions = [layer for layer in published.critic.layers if isinstance(layer, layers.Conv2D)]
    assert [(layer.kernel_size, layer.strides, layer.padding) for layer in convolutions] == [
        ((5, 5), (1, 1), "same"),
        ((5, 5), (2, 2), "same"),
        ((5, 5), (2, 2), "same"),
        ((7, 7), (1, 1), "valid"),
    ]
    assert {layer.rate for layer in published.critic.layers if hasattr(layer, "rate")} == {0.3}


def test_parameters_multiply_adds_and_training_settings_are_the_published_ones(published):
    networks = info.describe("dcgan", 513, 10)["networks"]
    assert {name: (net["parameters"], net["trainable"]) for name, net in networks.items()} == {
        "generator": (817_824, 804_832),
        "critic": (1_040_385, 1_039_489),
    }
    # Dense; then taps × input positions × both channels. Critic: taps × output positions × both channels.
    assert networks["generator"]["multiply_adds"] == 20 * 6272 + 25 * (
        49 * 128 * 128 + 49 * 128 * 64 + 196 * 64 * 32 + 784 * 32
    )
    assert networks["critic"]["multiply_adds"] == 25 * (784 * 64 + 196 * 64 * 128 + 49 * 128 * 256) + 49 * 256
    for optimizer in (published.optimizer, published.critic_optimizer):
        assert type(optimizer).__name__ == "Adam" and float(optimizer.learning_rate) == pytest.approx(2e-4)
    settings = models.settings("dcgan")
    assert (settings["training"]["batch_size"], settings["training"]["epochs"]) == (128, 100)
    adversarial = settings["adversarial"]
    assert (
        adversarial["penalty_weight"],
        adversarial["critic_steps"],
        adversarial["objective"],
        adversarial["constraint"],
    ) == (10, 1, "wasserstein", "gradient_penalty")


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


@pytest.mark.parametrize(
    "height, width, strides, start",
    [
        (28, 28, "[1, 2, 2, 1]", (7, 7)),
        (80, 32, "[1, 2, 2, 1]", (20, 8)),
        (13, 9, "[1, 2, 2, 1]", (4, 3)),
        (27, 27, "[3, 3, 1, 1]", (3, 3)),
        (1, 5, "[1, 1, 1, 1]", (1, 5)),
    ],
)
def test_patches_of_any_size_are_made_and_cropped_where_needed(height, width, strides, start):
    model = build(
        f"spectrogram.height={height}",
        f"spectrogram.width={width}",
        *(f"network.{axis}_strides={strides}" for axis in ("height", "width")),
    )
    assert model.generator.get_layer("start_map").output.shape[1:3] == start
    assert model(np.zeros((2, 4), np.float32)).shape == (2, height, width, 1)
    assert model.critic([np.zeros((2, height, width, 1)), np.zeros(2, np.int32)]).shape == (2,)


def test_patches_of_constant_q_transforms_have_two_channels():
    strides = {"height": [3, 3, 2, 2], "width": [3, 3, 3, 2]}
    model = build(
        "spectrogram.kind=cqt",
        "spectrogram.height=252",
        "spectrogram.width=361",
        *(
            f"network.{axis}_{kind}={[step * (1 + (kind == 'kernels')) for step in steps]}"
            for axis, steps in strides.items()
            for kind in ("strides", "kernels")
        ),
    )
    assert model(np.zeros((1, 4), np.float32)).shape == (1, 252, 361, CHANNELS["cqt"])


def test_the_lstm_generator_makes_patches_frame_by_frame():
    model = build(
        "network.generator=lstm", "network.lstm_units=6", "network.lstm_layers=2", "adversarial.ema_decay=0.9"
    )
    z = np.random.default_rng(0).uniform(-1, 1, (3, 4)).astype(np.float32)
    patches = model(z).numpy()
    assert patches.shape == (3, 12, 8, 1) and np.abs(patches).max() < 1
    by_frame = model.generator.get_layer("tanh").output
    assert by_frame.shape == (None, 8, 12)
    assert np.allclose(keras.Model(model.generator.inputs, by_frame)([z])[:, 5], patches[:, :, 5, 0], atol=1e-6)
    lstms = 4 * (4 + 6 + 1) * 6 + 4 * (6 + 6 + 1) * 6
    assert model.generator.count_params() == lstms + 12 * (6 + 1)
    before = [np.array(weight) for weight in model.generator.trainable_weights]
    model.train_step(batch())
    assert not any(np.array_equal(*pair) for pair in zip(before, model.generator.trainable_weights, strict=True))
    with pytest.raises(VconvError, match="no transposed convolutions"):
        models.upsampling("dcgan", models.settings("dcgan", {"network": {"generator": "lstm"}}))


# The step


def batch(rows=4, seed=0):
    patches = np.random.default_rng(seed).uniform(-1, 1, (rows, 12, 8, 1)).astype(np.float32)
    return tf.constant(patches), tf.zeros(rows, tf.int32)


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


def test_dropout_acts_in_training_only_and_depends_on_its_seed():
    model, (patches, _) = build(), batch()
    scores = [
        model.critic([patches, tf.constant([0, seed])], training=training).numpy()
        for seed, training in ((1, True), (1, True), (2, True), (1, False), (2, False))
    ]
    assert np.array_equal(scores[0], scores[1]) and not np.allclose(scores[0], scores[2])
    assert np.array_equal(scores[3], scores[4]) and not np.allclose(scores[0], scores[3])


def test_with_layer_norm_the_score_of_a_patch_does_not_depend_on_the_others():
    (patches, _), seed = batch(), tf.constant([0, 0])
    others = tf.concat([patches[:1], 1 - patches[1:]], 0)
    for norm, independent in ("layer", True), ("batch", False):
        model = build(f"network.critic_norm={norm}", "network.critic_dropout=0")
        one, other = (model.critic([x, seed], training=True)[0] for x in (patches, others))
        assert np.allclose(one, other, atol=1e-6) == independent
        convolutions = 25 * (2 + 2 * 3 + 3 * 4) + (2 + 3 + 4) + 3 * 2 * 4 + 1  # 12 × 8 becomes 3 × 2
        assert model.critic.count_params() == convolutions + (2 if norm == "layer" else 4) * (2 + 3 + 4)


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


def test_with_critic_minibatch_std_the_score_depends_on_the_variety_of_the_batch():
    model, seed = build("network.critic_minibatch_std=true", "network.critic_norm=layer"), tf.constant([0, 0])
    assert model.critic.get_layer("score").input.shape == (None, 3, 2, 5)
    patches = batch()[0]
    alone, among_others = (model.critic([x, seed])[0] for x in (tf.repeat(patches[:1], 4, 0), patches))
    assert not np.allclose(alone, among_others)


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


# Validation


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


# Resuming


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


@pytest.mark.parametrize("extra", [{}, EXTRA])
def test_resumed_equals_uninterrupted_bit_for_bit(tmp_path, monkeypatch, extra):
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


# Mistakes


@pytest.mark.parametrize(
    "other", [["network.generator=lstm"], [f"network.{axis}_strides=[1, 1, 1, 1]" for axis in ("height", "width")]]
)
def test_what_has_no_coarser_maps_cannot_grow(other):
    with pytest.raises(VconvError, match="progressive_epochs is 3.*convolutional and has strides above 1"):
        build("adversarial.progressive_epochs=3", *other)


@pytest.mark.parametrize(
    "assignment, sentence",
    [
        ("spectrogram.kind=stft", "spectrogram.kind: 'stft'.*mel, cqt, world"),
        ("spectrogram.width=0", "dcgan: spectrogram.width is 0; it must be from 1 to 65536"),
        ("network.height_kernels=[5, 5, 5]", "height_kernels: has 3 entries for 4 layers"),
        ("network.critic_strides=[1, 2]", "critic_strides: has 2 entries for 3 layers"),
        ("network.generator=gru", "network.generator: 'gru'.*convolutional, lstm"),
        ("network.critic_norm=group", "critic_norm: 'group'.*batch, layer, none"),
        ("network.critic_dropout=1.0", "critic_dropout is 1.0; it must be from 0 to below 1"),
        ("network.width_kernels=[5, 5, 1, 5]", "upsampling_3: axis 1: kernel 1 is smaller than stride 2"),
        ("adversarial.objective=wgan", "objective: 'wgan'.*wasserstein"),
        ("adversarial.constraint=both", "constraint: 'both'.*none"),
        ("adversarial.critic_steps=0", "critic_steps is 0"),
        ("adversarial.progressive_epochs=-1", "progressive_epochs is -1; it must be from 0 to 1000000"),
    ],
)
def test_impossible_settings_are_refused_with_what_is_allowed(assignment, sentence):
    with pytest.raises(VconvError, match=sentence):
        build(assignment)


def test_a_patch_too_large_for_the_strides_is_refused_with_strides_that_fit():
    with pytest.raises(VconvError, match="252 × 361.*63 × 91.*begin with 7 × 7") as refused:
        build("spectrogram.height=252", "spectrogram.width=361")
    words = str(refused.value).split(" --set ")[1:]
    proposal = [word.split(", which")[0] for word in words]
    assert len(proposal) == 4
    model = build("spectrogram.height=252", "spectrogram.width=361", *proposal)
    assert model.generator.output.shape == (None, 252, 361, 1)
