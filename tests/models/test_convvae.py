"""ConvVAE: the published network and its objective."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from vconv import models
from vconv.models import losses
from vconv.training import info


@pytest.fixture
def small(small_settings):
    keras.utils.set_random_seed(1)
    return models.build("convvae", models.settings("convvae", small_settings), bins=27, speakers=3)


def batch(rows=8, bins=27, speakers=3, seed=0):
    random = np.random.default_rng(seed)
    return (random.uniform(-1, 1, (rows, bins)).astype("float32"), random.integers(0, speakers, rows).astype("int32"))


def test_parameters_are_the_published_ones():
    described = info.describe("convvae", 513, 10)
    assert described["parameters"] == described["trainable"] == 939_162
    assert {name: network["parameters"] for name, network in described["networks"].items()} == {
        "encoder": 503_104,
        "decoder": 434_778,
        "speaker_embedding": 1_280,
    }
    # by hand: 171·16·7 + 57·32·7·16 + 19·64·7·32 + 7·128·7·64 + 3·256·7·128 + 2·768·128
    assert described["networks"]["encoder"]["multiply_adds"] == 1_781_968


def test_layer_shapes_are_the_published_ones():
    model = models.build("convvae", models.settings("convvae"), bins=513, speakers=10)
    shapes = [layer.output.shape[1:] for layer in model.encoder.layers if layer.name.endswith("_relu")]
    assert shapes == [(171, 16), (57, 32), (19, 64), (7, 128), (3, 256)]
    shapes = [layer.output.shape[1:] for layer in model.decoder.layers if layer.name.endswith("_relu")]
    assert shapes == [(57, 32), (171, 16), (513, 8)]
    kernels = [layer.kernel.shape for layer in model.decoder.layers if hasattr(layer, "kernel")]
    assert kernels == [(9, 32, 81), (7, 16, 32), (7, 8, 16), (1025, 8, 1)]
    leaky = [
        layer.negative_slope
        for part in (model.encoder, model.decoder)
        for layer in part.layers
        if layer.name.endswith("_relu")
    ]
    assert np.allclose(leaky, [0.02] * 8)
    assert model.decoder.get_layer("merge_speaker").bias.shape == (1539,)


@pytest.mark.parametrize("bins", [513, 1025, 100])
def test_the_network_is_built_for_any_number_of_bins(bins):
    model = models.build("convvae", models.settings("convvae"), bins=bins, speakers=2)
    assert model(batch(3, bins, 2)).shape == (3, bins)


def test_the_loss_is_the_sum_of_reconstruction_kl_and_l2(small):
    x, speaker = batch()
    loss, terms, z, mean = small.vae_loss((x, speaker), 5)
    z_mean, z_log_variance = small.encoder(x)
    assert np.allclose(mean, z_mean, atol=1e-6)
    noise = small.noise(5, 8)
    assert np.allclose(z, z_mean + np.exp(0.5 * np.asarray(z_log_variance)) * noise, atol=1e-5)
    assert float(terms["reconstruction"]) == pytest.approx(
        float(np.mean(losses.gaussian_nll(x, small.decode(z, speaker)))), rel=1e-5
    )
    assert float(terms["kl"]) == pytest.approx(float(np.mean(losses.gaussian_kl(z_mean, z_log_variance))), rel=1e-5)
    merge, table = small.decoder.get_layer("merge_speaker"), small.speaker_embedding.weights[0]
    squares = sum(float(np.sum(np.square(weight))) for weight in (merge.of_code.kernel, merge.of_speaker.kernel, table))
    assert float(terms["l2"]) == pytest.approx(1e-6 * squares, rel=1e-4) and squares > 0
    assert float(loss) == pytest.approx(float(terms["reconstruction"] + terms["kl"] + terms["l2"]), rel=1e-6)


def test_noise_depends_on_seed_and_step_alone(small, small_settings):
    assert np.array_equal(small.noise(3, 4), small.noise(3, 4))
    assert not np.array_equal(small.noise(3, 4), small.noise(4, 4))
    small_settings["training"]["seed"] = 1
    other = models.build("convvae", models.settings("convvae", small_settings), bins=27, speakers=3)
    assert not np.array_equal(small.noise(3, 4), other.noise(3, 4))


def test_a_step_trains_every_weight_and_the_embeddings_of_the_speakers_in_the_batch(small):
    before = [np.array(variable) for variable in small.trainable_variables]
    table = np.array(small.speaker_embedding.weights[0])
    x, speaker = batch()
    small.train_step((x, np.where(speaker == 2, 0, speaker).astype("int32")))
    for old, variable in zip(before, small.trainable_variables, strict=True):
        assert not np.array_equal(old, variable), f"{variable.path} was not trained"
    change = np.abs(np.array(small.speaker_embedding.weights[0]) - table).max(axis=1)
    assert change[0] > 0 and change[1] > 0


def test_the_output_depends_on_the_mean_code_and_the_speaker_alone(small):
    x, _ = batch()
    one, other = (np.asarray(small((x, np.full(8, speaker, "int32")))) for speaker in (0, 1))
    assert np.allclose(one, small.decode(small.encoder(x)[0], np.zeros(8, "int32")), atol=1e-6), (
        "the mean of the code, without noise"
    )
    assert np.abs(one - other).max() > 1e-4
    alone = np.asarray(small((x[:1], np.zeros(1, "int32"))))
    assert np.allclose(alone, one[:1], atol=1e-5), "frames are converted independently"


def test_each_step_draws_its_own_noise_and_validation_always_the_same(small):
    small.optimizer.learning_rate = 0.0
    steps = [float(small.train_step(batch())["loss"]) for _ in range(3) if small.reset_metrics() is None]
    assert len(set(steps)) == 3
    small.reset_metrics()
    assert float(small.test_step(batch())["loss"]) == pytest.approx(steps[0], rel=1e-6)


def test_training_lowers_the_loss(small):
    data, step = batch(64), tf.function(small.train_step)
    first = float(small.vae_loss(data, 0)[0])
    for _ in range(60):
        step(data)
    assert float(small.vae_loss(data, 0)[0]) < first - 1
