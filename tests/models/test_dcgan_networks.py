"""DCGAN: the published networks layer by layer, other sizes and generators, what the critic depends on."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers
from small_dcgan import batch, build

from vconv import models
from vconv.audio.images import CHANNELS
from vconv.common.errors import VconvError
from vconv.training import info


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


def test_with_critic_minibatch_std_the_score_depends_on_the_variety_of_the_batch():
    model, seed = build("network.critic_minibatch_std=true", "network.critic_norm=layer"), tf.constant([0, 0])
    assert model.critic.get_layer("score").input.shape == (None, 3, 2, 5)
    patches = batch()[0]
    alone, among_others = (model.critic([x, seed])[0] for x in (tf.repeat(patches[:1], 4, 0), patches))
    assert not np.allclose(alone, among_others)


@pytest.mark.parametrize(
    "other", [["network.generator=lstm"], [f"network.{axis}_strides=[1, 1, 1, 1]" for axis in ("height", "width")]]
)
def test_a_generator_without_coarser_maps_cannot_grow(other):
    with pytest.raises(VconvError, match="progressive_epochs is 3.*convolutional and has strides to grow by"):
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
