"""Convolution layers: the convolution by FFT equals the plain one, the layer norm is the published one."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

from vconv.layers.convolution import (
    FourierConv1D,
    LayerNorm,
    StridedConv1D,
    convolution_block,
    transposed_convolution_block,
)


def outputs_and_gradients(layer, x, weights):
    """Return the output of a layer with these weights, and the gradients of input and weights."""
    layer.build(x.shape)
    layer.set_weights(weights)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = layer(x)
        loss = tf.reduce_sum(tf.sin(y))
    return [y, *tape.gradient(loss, [x, *layer.trainable_variables])]


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 20), st.integers(1, 45), st.integers(1, 4), st.integers(1, 3), st.integers(1, 2))
def test_strided_convolution_equals_a_convolution_and_its_gradients(height, kernel, stride, channels, filters):
    random = np.random.default_rng(0)
    x = tf.constant(random.normal(size=(2, height, channels)).astype("float32"))
    weights = [random.normal(size=(kernel, channels, filters)), random.normal(size=filters)]
    fast = outputs_and_gradients(StridedConv1D(filters, kernel, stride), x, weights)
    plain = outputs_and_gradients(keras.layers.Conv1D(filters, kernel, stride, padding="same"), x, weights)
    for ours, keras_own in zip(fast, plain, strict=True):
        assert np.allclose(ours, keras_own, atol=1e-4)


@settings(max_examples=20, deadline=None)
@given(st.integers(1, 20), st.integers(0, 6), st.integers(1, 3), st.integers(1, 2))
def test_fourier_convolution_equals_a_convolution(height, extra, channels, filters):
    kernel = 2 * height - 1 + extra
    fast, plain = FourierConv1D(filters, kernel), keras.layers.Conv1D(filters, kernel, padding="same")
    x = np.random.default_rng(0).normal(size=(2, height, channels)).astype("float32")
    fast.build(x.shape), plain.build(x.shape)
    weights = [np.random.default_rng(1).normal(size=weight.shape) for weight in plain.weights]
    fast.set_weights(weights), plain.set_weights(weights)
    assert np.allclose(fast(x), plain(x), atol=1e-4)


def test_fourier_convolution_has_the_gradients_of_a_convolution():
    random = np.random.default_rng(0)
    x = tf.constant(random.normal(size=(3, 27, 4)).astype("float32"))
    weights = [random.normal(size=(53, 4, 1)), random.normal(size=1)]
    fast = outputs_and_gradients(FourierConv1D(1, 53), x, weights)
    plain = outputs_and_gradients(keras.layers.Conv1D(1, 53, padding="same"), x, weights)
    for ours, keras_own in zip(fast, plain, strict=True):
        assert np.allclose(ours, keras_own, atol=1e-3)


def test_fourier_convolution_refuses_a_narrow_kernel():
    with pytest.raises(ValueError, match="narrower than 2 × 10 − 1"):
        FourierConv1D(1, 18).build((None, 10, 2))


def test_layer_norm_by_hand_and_by_keras_group_normalization():
    x = np.array([[[1.0, 2.0], [3.0, 6.0]]], "float32")  # mean 3, variance (4 + 1 + 0 + 9) / 4
    layer = LayerNorm(epsilon=0.0)
    assert np.allclose(layer(x), (x - 3) / np.sqrt(3.5))
    x = np.random.default_rng(0).normal(2, 3, size=(4, 9, 5)).astype("float32")
    ours, keras_own = LayerNorm(), keras.layers.GroupNormalization(groups=1, epsilon=1e-5)
    ours.build(x.shape), keras_own.build(x.shape)
    weights = np.random.default_rng(1).normal(size=(2, 5))
    ours.set_weights(weights), keras_own.set_weights(weights)
    assert np.allclose(ours(x), keras_own(x), atol=1e-5)


def test_layer_norm_has_one_scale_and_one_offset_for_each_channel():
    layer = LayerNorm()
    layer.build((None, 171, 16))
    assert layer.count_params() == 32


def test_blocks_change_the_height_by_the_stride_and_end_in_a_leaky_relu():
    x = keras.Input((19, 81))
    assert convolution_block(x, 5, 7, 3, 0.02, "a").shape == (None, 7, 5)
    assert transposed_convolution_block(x, 5, 9, 3, 0.02, "b").shape == (None, 57, 5)
    network = keras.Model(x, convolution_block(x, 5, 7, 3, 0.02, "c"))
    y = np.asarray(network(np.random.default_rng(0).normal(size=(2, 19, 81)).astype("float32")))
    linear = np.where(y < 0, y / 0.02, y)
    assert abs(linear.mean()) < 1e-4 and abs(linear.std() - 1) < 1e-3, "norm, then LeakyReLU with the given slope"
