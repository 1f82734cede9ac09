"""Weight-normalized convolutions against Keras' own; sub-bands; the coverage rule."""

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
    """Gradients of the summed sines of the outputs by input and weights."""
    x = tf.constant(x)
    with tf.GradientTape() as tape:
        tape.watch(x)
        loss = tf.reduce_sum(tf.sin(layer(x)))
    return tape.gradient(loss, [x, *layer.trainable_variables])


def twins(own, theirs):
    """Give Keras' layer the weights of ours."""
    own.build(X.shape)
    theirs.build(X.shape)
    own.bias.assign(np.linspace(-1, 1, own.filters))
    theirs.set_weights([own.kernel, own.bias])
    return own, theirs


@pytest.mark.parametrize(
    "kernel, strides, dilation, groups",
    [(3, 1, 1, 1), (3, 1, 9, 1), (7, 1, 1, 1), (6, 2, 1, 1), (41, 4, 1, 4), (5, 3, 1, 8), (4, 4, 1, 2), (3, 1, 1, 2)],
)
@pytest.mark.parametrize("length", [30, 29])
def test_convolution_and_its_gradients_are_those_of_keras(kernel, strides, dilation, groups, length):
    own, theirs = twins(
        Conv1D(16, kernel, strides, dilation, groups, weight_norm=False),
        keras.layers.Conv1D(16, kernel, strides, "same", dilation_rate=dilation, groups=groups),
    )
    assert np.allclose(own(X[:, :length]), theirs(X[:, :length]), atol=1e-5)
    for one, other in zip(gradients(own, X[:, :length]), gradients(theirs, X[:, :length]), strict=True):
        assert np.allclose(one, other, atol=1e-3)


@pytest.mark.parametrize("kernel, strides", [(16, 8), (16, 2), (15, 4), (5, 5), (7, 3), (3, 1)])
def test_transposed_convolution_and_its_gradients_are_those_of_keras(kernel, strides):
    own, theirs = twins(
        Conv1DTranspose(6, kernel, strides, weight_norm=False), keras.layers.Conv1DTranspose(6, kernel, strides, "same")
    )
    assert np.allclose(own(X), theirs(X), atol=1e-5)
    for one, other in zip(gradients(own, X), gradients(theirs, X), strict=True):
        assert np.allclose(one, other, atol=1e-3)


@pytest.mark.parametrize("layer, gains", [(Conv1D(6, 3), 6), (Conv1DTranspose(6, 4, 2), 8)])
def test_weight_norm_has_a_gain_for_each_index_of_the_last_axis_and_begins_as_the_plain_layer(layer, gains):
    layer.build(X.shape)
    assert [tuple(weight.shape) for weight in layer.weights] == [tuple(layer.direction.shape), (gains,), (6,)]
    assert np.allclose(layer.kernel, layer.direction, atol=1e-6)
    layer.direction.assign(7 * layer.direction)
    layer.gain.assign(np.arange(gains))
    norms = np.sqrt(np.square(layer.kernel).sum(axis=(0, 1)))
    assert np.allclose(norms, np.arange(gains), atol=1e-5), "the gain alone is the kernel's norm"


def test_a_hand_worked_weight_norm():
    layer = Conv1D(1, 2)
    layer.build((1, 4, 1))
    layer.direction.assign([[[3.0]], [[4.0]]])
    layer.gain.assign([10.0])
    layer.bias.assign([0.5])
    # kernel 10 · (3, 4) / 5 = (6, 8); 'same' adds one zero after the end
    assert np.allclose(layer(np.array([[[1.0], [0.0], [2.0], [1.0]]], np.float32))[0, :, 0], [6.5, 16.5, 20.5, 6.5])


def test_a_kernel_smaller_than_its_stride_is_refused_by_name():
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


def test_the_dilated_convolution_sees_as_far_as_its_dilation():
    x = keras.Input((None, 1))
    network = keras.Model(x, residual_stack(x, 3, (1, 3, 9), 0.3, False, True, "stack"))
    y = tf.constant(np.random.default_rng(0).normal(size=(1, 101, 1)), tf.float32)
    with tf.GradientTape() as tape:
        tape.watch(y)
        middle = network(y)[0, 50, 0]
    reached = np.flatnonzero(tape.gradient(middle, y)[0, :, 0].numpy())
    assert (reached[0], reached[-1]) == (50 - 16, 50 + 16)  # 1 + 3 + 9 and three times 1


@pytest.mark.parametrize("bands", [2, 4, 8])
def test_subbands_taken_apart_are_joined_again(bands):
    y = np.random.default_rng(1).normal(size=3000)
    apart = subbands.filters(bands, synthesis=False)
    parts = np.stack([np.convolve(y, apart[:, band])[::bands] for band in range(bands)], axis=-1)
    joined = subbands.JoinSubbands()(parts[None].astype(np.float32))[0, :, 0].numpy()
    # filters of 16 · bands taps delay by 16 · bands − 1, of which 'same' cuts off the first part
    late = subbands.TAPS_PER_BAND * bands - 1 - (subbands.TAPS_PER_BAND - 1) * bands // 2
    error = joined[late : late + 2900] - y[:2900]
    assert 10 * np.log10(np.mean(error[200:] ** 2) / np.mean(y**2)) < -60


def test_each_subband_holds_its_own_frequencies():
    apart = subbands.filters(4, synthesis=False)
    response = np.abs(np.fft.rfft(apart, 1024, axis=0))
    for band in range(4):
        middle = int((band + 0.5) * 128)
        assert response[middle, band] == pytest.approx(1.0, abs=0.01)
        others = np.delete(response[middle], band)
        assert others.max() < 10 ** (-60 / 20)
