"""Weight-normalized convolutions against those of Keras, the residual stack, and sub-bands."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from vconv.common.errors import VconvError
from vconv.layers import subbands
from vconv.layers.residual import residual_stack
from vconv.layers.weight_norm import Conv1D, Conv1DTranspose

X = np.random.default_rng(0).normal(size=(2, 30, 8)).astype(np.float32)


def gradients(layer, x):
    """Return the gradients of the summed sines of the output, with respect to input and weights."""
    x = tf.constant(x)
    with tf.GradientTape() as tape:
        tape.watch(x)
        loss = tf.reduce_sum(tf.sin(layer(x)))
    return tape.gradient(loss, [x, *layer.trainable_variables])


def twins(own, reference):
    """Give Keras' layer the weights of ours."""
    own.build(X.shape)
    reference.build(X.shape)
    own.bias.assign(np.linspace(-1, 1, own.filters))
    reference.set_weights([own.kernel, own.bias])
    return own, reference


@pytest.mark.parametrize(
    "kernel, strides, dilation, groups",
    [(3, 1, 1, 1), (3, 1, 9, 1), (7, 1, 1, 1), (6, 2, 1, 1), (41, 4, 1, 4), (5, 3, 1, 8), (4, 4, 1, 2), (3, 1, 1, 2)],
)
@pytest.mark.parametrize("length", [30, 29])
def test_convolution_and_its_gradients_are_those_of_keras(kernel, strides, dilation, groups, length):
    own, reference = twins(
        Conv1D(16, kernel, strides, dilation, groups, weight_norm=False),
        keras.layers.Conv1D(16, kernel, strides, "same", dilation_rate=dilation, groups=groups),
    )
    assert np.allclose(own(X[:, :length]), reference(X[:, :length]), atol=1e-5)
    for one, other in zip(gradients(own, X[:, :length]), gradients(reference, X[:, :length]), strict=True):
        assert np.allclose(one, other, atol=1e-3)


@pytest.mark.parametrize("kernel, strides", [(16, 8), (16, 2), (15, 4), (5, 5), (7, 3), (3, 1)])
def test_transposed_convolution_and_its_gradients_are_those_of_keras(kernel, strides):
    own, reference = twins(
        Conv1DTranspose(6, kernel, strides, weight_norm=False), keras.layers.Conv1DTranspose(6, kernel, strides, "same")
    )
    assert np.allclose(own(X), reference(X), atol=1e-5)
    for one, other in zip(gradients(own, X), gradients(reference, X), strict=True):
        assert np.allclose(one, other, atol=1e-3)


@pytest.mark.parametrize("layer, gains", [(Conv1D(6, 3), 6), (Conv1DTranspose(6, 4, 2), 8)])
def test_there_is_a_gain_for_each_index_of_the_last_axis_and_a_new_kernel_is_its_direction(layer, gains):
    layer.build(X.shape)
    assert [tuple(weight.shape) for weight in layer.weights] == [tuple(layer.direction.shape), (gains,), (6,)]
    assert np.allclose(layer.kernel, layer.direction, atol=1e-6)
    layer.direction.assign(7 * layer.direction)
    layer.gain.assign(np.arange(gains))
    norms = np.sqrt(np.square(layer.kernel).sum(axis=(0, 1)))
    assert np.allclose(norms, np.arange(gains), atol=1e-5), "the norm of the kernel is the gain"


def test_weight_norm_by_hand():
    layer = Conv1D(1, 2)
    layer.build((1, 4, 1))
    layer.direction.assign([[[3.0]], [[4.0]]])
    layer.gain.assign([10.0])
    layer.bias.assign([0.5])
    # kernel 10 · (3, 4) / 5 = (6, 8); 'same' adds one zero after the end
    assert np.allclose(layer(np.array([[[1.0], [0.0], [2.0], [1.0]]], np.float32))[0, :, 0], [6.5, 16.5, 20.5, 6.5])


def test_impossible_kernels_and_groups_are_refused_with_their_sizes():
    with pytest.raises(VconvError, match="up.*kernel 4.*stride 8"):
        Conv1DTranspose(3, 4, 8, name="up").build(X.shape)
    with pytest.raises(ValueError, match="3 groups do not divide 8 channels"):
        Conv1D(9, 3, groups=3).build(X.shape)


@pytest.mark.parametrize("shortcut", [False, True])
def test_residual_stack_by_hand(shortcut):
    """With identity kernels every step gives LeakyReLU(LeakyReLU(x)) + x; the first has one LeakyReLU less."""
    x = keras.Input((None, 2))
    network = keras.Model(x, residual_stack(x, 3, (1, 3), 0.5, shortcut, False, "stack"))
    for layer in network.layers:
        if isinstance(layer, Conv1D):
            kernel = np.zeros(layer.direction.shape)
            kernel[len(kernel) // 2] = np.eye(2)
            layer.set_weights([kernel, np.zeros(2)])
    found = network(np.array([[[1.0, -8.0]]], np.float32))
    # step 1: 1 + 1 = 2, −8 − 4 = −12; step 2: 2 + 2 = 4, −12 − 3 = −15
    assert np.allclose(found, [[[4.0, -15.0]]])


def test_the_receptive_field_of_the_residual_stack_follows_from_its_dilations():
    x = keras.Input((None, 1))
    network = keras.Model(x, residual_stack(x, 3, (1, 3, 9), 0.3, False, True, "stack"))
    y = tf.constant(np.random.default_rng(0).normal(size=(1, 101, 1)), tf.float32)
    with tf.GradientTape() as tape:
        tape.watch(y)
        center = network(y)[0, 50, 0]
    reached = np.flatnonzero(tape.gradient(center, y)[0, :, 0].numpy())
    assert (reached[0], reached[-1]) == (50 - 16, 50 + 16)  # 1 + 3 + 9 and three times 1


@pytest.mark.parametrize("bands", [2, 4, 8])
def test_joining_the_subbands_of_a_signal_gives_the_signal(bands):
    y = np.random.default_rng(1).normal(size=3000)
    analysis = subbands.filters(bands, synthesis=False)
    parts = np.stack([np.convolve(y, analysis[:, band])[::bands] for band in range(bands)], axis=-1)
    joined = subbands.JoinSubbands()(parts[None].astype(np.float32))[0, :, 0].numpy()
    # filters of 16 · bands taps delay by 16 · bands − 1, of which 'same' cuts off the first part
    delay = subbands.TAPS_PER_BAND * bands - 1 - (subbands.TAPS_PER_BAND - 1) * bands // 2
    error = joined[delay : delay + 2900] - y[:2900]
    assert 10 * np.log10(np.mean(error[200:] ** 2) / np.mean(y**2)) < -60


def test_each_subband_passes_its_own_frequencies_alone():
    analysis = subbands.filters(4, synthesis=False)
    response = np.abs(np.fft.rfft(analysis, 1024, axis=0))
    for band in range(4):
        center = int((band + 0.5) * 128)
        assert response[center, band] == pytest.approx(1.0, abs=0.01)
        others = np.delete(response[center], band)
        assert others.max() < 10 ** (-60 / 20)
