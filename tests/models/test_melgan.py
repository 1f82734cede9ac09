"""MelGAN: the published networks, receptive field, folded weights, settings, losses, training."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from small import changes_for

from vconv import models
from vconv.common.errors import VconvError
from vconv.layers.frozen import freeze
from vconv.layers.subbands import JoinSubbands
from vconv.models import losses, melgan, melgan_networks
from vconv.training import info


def network(**changes):
    return models.settings("melgan", {"network": changes})["network"]


def small(name="melgan", **sections):
    changes = changes_for(name)
    return models.settings(name, {key: changes.get(key, {}) | sections.get(key, {}) for key in {*changes, *sections}})


@pytest.fixture(scope="module")
def published():
    return models.build("melgan", models.settings("melgan"))


def test_parameters_and_multiply_adds_are_the_published_ones(published):
    described = info.describe("melgan", 513, 10)["networks"]
    assert {name: part["trainable"] for name, part in described.items()} == {
        "generator": 4_646_658,
        "discriminator": 16_924_086,
    }
    # by hand: 80 · 7 · 512 of the first layer, once a frame, and so on down to 32 · 7 · 256 of the last
    stacks = sum(6 * 3 * c * c * t for c, t in ((256, 8), (128, 64), (64, 128), (32, 256)))
    ups = sum(16 * i * o * t for i, o, t in ((512, 256, 1), (256, 128, 8), (128, 64, 64), (64, 32, 128)))
    assert described["generator"]["multiply_adds"] == 80 * 7 * 512 + ups + stacks + 32 * 7 * 256


def test_layer_shapes_are_the_published_ones(published):
    generator = published.generator
    shapes = {layer.name: layer.output.shape[-1] for layer in generator.layers}
    assert shapes["start"] == 512
    assert [shapes[f"upsampling_{number}_conv"] for number in (1, 2, 3, 4)] == [256, 128, 64, 32]
    kernels = {layer.name: tuple(layer.direction.shape) for layer in generator.layers if hasattr(layer, "direction")}
    assert kernels["upsampling_1_conv"] == (16, 256, 512) and kernels["upsampling_4_conv"] == (16, 32, 64)
    assert [kernels[f"residual_2_{step}_dilated"] for step in (1, 2, 3)] == [(3, 128, 128)] * 3
    assert kernels["last"] == (7, 32, 1)
    for name in ("residual_1_1_leaky_relu_1", "residual_1_1_shortcut"):
        assert name not in shapes
    assert {"residual_1_2_leaky_relu_1", "residual_1_3_leaky_relu_1"} <= shapes.keys()


@pytest.mark.parametrize("frames", [1, 7, 50])
def test_the_generator_makes_256_samples_of_each_frame(published, frames):
    assert published.generator(np.zeros((2, frames, 80), np.float32)).shape == (2, frames * 256, 1)


def test_the_discriminator_returns_six_maps_and_a_score_for_each_of_three_scales(published):
    outputs = published.discriminator(np.zeros((2, 8192, 1), np.float32))
    assert [[tuple(x.shape) for x in scale] for scale in outputs] == [
        [
            (2, n, 16),
            (2, n // 4, 64),
            (2, n // 16, 256),
            (2, n // 64, 1024),
            (2, n // 256, 1024),
            (2, n // 256, 1024),
            (2, n // 256, 1),
        ]
        for n in (8192, 4096, 2048)
    ]
    one, two, three = (scale[0] for scale in outputs)
    assert len({id(layer) for layer in published.discriminator.layers if layer.name.endswith("score")}) == 3


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"shortcut": True},
        {"bands": 4, "upsampling_strides": [8, 4, 2, 1]},
        {"upsampling_kernels": [10, 8, 7, 2], "start_kernel": 3},
    ],
)
@pytest.mark.parametrize("sample", [5000, 5003])
def test_a_sample_depends_on_the_frames_of_its_receptive_field_alone(changes, sample):
    settings = small(network=changes)["network"]
    generator = melgan_networks.generator(80, settings)
    frames = tf.constant(np.random.default_rng(0).normal(size=(1, 64, 80)), tf.float32)
    for layer in generator.layers:
        if hasattr(layer, "direction"):  # positive weights, so that no contributions cancel
            layer.direction.assign(np.abs(layer.direction) + 0.01)
    with tf.GradientTape() as tape:
        tape.watch(frames)
        y = without_tanh(generator)(frames)[0, sample, 0]
    reached = np.flatnonzero(np.abs(tape.gradient(y, frames)[0].numpy()).sum(axis=1))
    first, last = melgan_networks.receptive_field(settings, sample, sample)
    if settings["bands"] == 1:
        assert (reached[0], reached[-1]) == (first, last) and len(reached) == last - first + 1
    else:  # the ends of the sub-bands' filters are next to zero
        assert first <= reached[0] and reached[-1] <= last and len(reached) == reached[-1] - reached[0] + 1


def without_tanh(generator):
    """Return the network without its tanh, whose gradient would vanish."""
    x = generator.get_layer("last").output
    return keras.Model(generator.input, x if x.shape[-1] == 1 else JoinSubbands()(x))


@pytest.mark.parametrize("name", ["melgan", "melgan_light"])
def test_folding_the_weight_norms_changes_nothing(name):
    settings = small(name)
    model = models.build(name, settings)
    random = np.random.default_rng(3)
    for variable in model.generator.trainable_variables:
        variable.assign(variable + 0.05 * random.normal(size=variable.shape))
    mel = random.normal(size=(1, 20, 80)).astype(np.float32)
    folded = freeze(model.generator)
    assert not folded.weights, "constants alone"
    found, wanted = folded(mel).numpy(), model.generator(mel).numpy()
    assert np.abs(wanted).max() > 1e-3
    assert np.allclose(found, wanted, atol=1e-5)


@pytest.mark.parametrize(
    "changes, sentence",
    [
        ({"network": {"upsampling_strides": [8, 8, 2]}}, "4 upsampling_kernels, 3 upsampling_strides"),
        ({"network": {"discriminator_groups": [1, 4]}}, "6 discriminator_strides, 2 discriminator_groups"),
        ({"network": {"scales": 1}}, "network.scales is 1; it must be from 2 to 16"),
        ({"mel": {"hop": 200}}, r"give 256 samples for each frame, but mel.hop is 200; .*\[5, 5, 4, 2\]"),
        ({"network": {"bands": 4}}, r"strides \[8, 8, 2, 2\] and 4 bands give 1024.*\[4, 4, 2, 2\]"),
        ({"training": {"segment_samples": 8000}}, "multiple of the hop 256.*for example 7936"),
        ({"training": {"segment_samples": 1024}}, "for example 2048"),
        ({"training": {"condition": "wrld"}}, "natural, world"),
        ({"adversarial": {"warm_up_epochs": 2}}, "adversarial.stft above 0"),
        ({"mel": {"high_hz": 20000.0}}, "half the rate"),
        ({"mel": {"nmels": 80}}, "nmels.*mels"),
    ],
)
def test_settings_that_do_not_fit_are_refused(changes, sentence):
    with pytest.raises(VconvError, match=sentence):
        models.build("melgan", models.settings("melgan", changes))


def test_a_generator_of_200_samples_of_a_frame_is_built():
    settings = small(
        network={"upsampling_strides": [5, 5, 4, 2], "upsampling_kernels": [10, 10, 8, 4]},
        mel={"hop": 200, "sample_rate": 16000},
        training={"segment_samples": 4000},
    )
    model = models.build("melgan", settings)
    assert model.generator(np.zeros((1, 3, 80), np.float32)).shape == (1, 600, 1)


@pytest.mark.parametrize(
    "number, count, factors", [(256, 4, [4, 4, 4, 4]), (200, 4, [5, 5, 4, 2]), (7, 2, [7, 1]), (1, 2, [1, 1])]
)
def test_strides_are_proposed_as_factors_of_the_hop(number, count, factors):
    assert melgan.factors(number, count) == factors


def batch(rows=2, frames=8):
    random = np.random.default_rng(5)
    return (
        tf.constant(random.normal(size=(rows, frames, 80)), tf.float32),
        tf.constant(0.1 * random.normal(size=(rows, frames * 256, 1)), tf.float32),
    )


def test_losses_by_hand_from_the_outputs_of_the_networks():
    model = models.build("melgan", small(adversarial={"stft": 2.0, "mel_db": 0.5}))
    mel, wave = batch()
    fake = model.generator(mel)
    of_real, of_fake = ([[np.array(x) for x in scale] for scale in model.discriminator(y)] for y in (wave, fake))
    adversarial = np.mean([np.mean((1 - scale[-1]) ** 2) for scale in of_fake])
    matching = np.mean(
        [
            np.abs(a - b).mean()
            for one, other in zip(of_real, of_fake, strict=True)
            for a, b in zip(one[:-1], other[:-1], strict=True)
        ]
    )
    stft = float(losses.multi_resolution_stft(wave[..., 0], fake[..., 0]))
    mel_db = float(losses.log_mel_distance(wave[..., 0], fake[..., 0], 256, model.mel.filterbank))
    loss, terms = model.generator_loss((wave, fake))
    assert float(terms["adversarial"]) == pytest.approx(adversarial, rel=1e-5)
    assert float(terms["feature_matching"]) == pytest.approx(matching, rel=1e-5)
    assert float(loss) == pytest.approx(adversarial + 10 * matching + 2 * stft + 0.5 * mel_db, rel=1e-5)
    critic = np.mean(
        [np.mean((1 - one[-1]) ** 2) + np.mean(other[-1] ** 2) for one, other in zip(of_real, of_fake, strict=True)]
    )
    assert float(model.critic_loss((wave, fake))[0]) == pytest.approx(critic, rel=1e-5)
    assert float(model.warm_up_loss((mel, wave))[0]) == pytest.approx(2 * stft + 0.5 * mel_db, rel=1e-5)


def fit(model, mel, wave, steps=1):
    model.fit(tf.data.Dataset.from_tensors((mel, wave)).repeat(), steps_per_epoch=steps, verbose=0)


@pytest.mark.usefixtures("eager")
def test_the_warm_up_trains_the_generator_alone_and_later_epochs_both_networks():
    model = models.build("melgan_light", small("melgan_light", adversarial={"warm_up_epochs": 1}))
    for epoch, moving in ((0, {"generator"}), (1, {"generator", "discriminator"})):
        model.begin_epoch(epoch)
        before = {name: part.get_weights() for name, part in model.networks.items()}
        fit(model, *batch())
        moved = {
            name
            for name, part in model.networks.items()
            if any((a != b).any() for a, b in zip(before[name], part.get_weights(), strict=True))
        }
        assert moved == moving


@pytest.mark.slow
@pytest.mark.usefixtures("eager")
def test_fakes_made_once_for_both_networks_give_the_weights_of_fakes_made_twice():
    critic_steps, steps = 2, 2
    settings = small(network={"scales": 2}, adversarial={"critic_steps": critic_steps})
    model, plain = (models.build("melgan", settings) for _ in range(2))
    for one in (model, plain):  # SGD: steps are proportional to the gradients
        one.set_weights([np.array(weight) for weight in plain.weights])
        one.compile(keras.optimizers.SGD(0.3), keras.optimizers.SGD(0.3))
    before = plain.get_weights()
    mel, wave = batch(rows=2 * critic_steps)
    fit(model, mel, wave, steps)
    parts = list(zip(tf.split(mel, critic_steps), tf.split(wave, critic_steps), strict=True))

    def step(loss_of, part, variables, optimizer):
        with tf.GradientTape() as tape:
            loss, _ = loss_of((part[1], plain.generator(part[0])))
        optimizer.apply(tape.gradient(loss, variables), variables)

    for _ in range(steps):
        for part in parts:
            step(plain.critic_loss, part, plain.critic_variables, plain.critic_optimizer)
        step(plain.generator_loss, parts[0], plain.generator_variables, plain.optimizer)
    for start, one, other in zip(before, model.get_weights(), plain.get_weights(), strict=True):
        assert np.abs(one - other).max() <= 1e-3 * np.abs(other - start).max() + 1e-7


def test_gradients_are_clipped_weight_by_weight():
    model = models.build("melgan", small(training={"clip_norm": 0.5}))
    assert model.optimizer.clipnorm == model.critic_optimizer.clipnorm == 0.5
    assert model.optimizer.global_clipnorm is None


@pytest.mark.slow
def test_training_on_one_batch_lowers_the_spectral_loss():
    model = models.build(
        "melgan_light",
        small("melgan_light", adversarial={"stft": 1.0, "warm_up_epochs": 9}, training={"learning_rate": 3e-3}),
    )
    model.begin_epoch(0)
    mel, wave = batch()
    before = float(model.test_step((mel, wave))["stft"])
    fit(model, mel, wave, steps=30)
    model.reset_metrics()
    assert float(model.test_step((mel, wave))["stft"]) < 0.9 * before
