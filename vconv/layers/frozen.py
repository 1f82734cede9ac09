"""Networks over time for inference: weight norms folded into constant kernels, convolutions fused."""

import keras
import numpy as np
import tensorflow as tf
from keras import ops

from vconv.layers.subbands import JoinSubbands
from vconv.layers.weight_norm import Conv1D, Conv1DTranspose, plain_kernel


def freeze(network):
    """Return a copy of a functional network for inference; its output is the same up to rounding.

    Inside the copy, signals are images of height 1, because TensorFlow fuses a convolution, its bias and the following
    LeakyReLU only in two dimensions. Constant kernels are rearranged once, not at each call. `benchmarks/melgan.py`
    measures the speed.

    Parameters
    ----------
    network : keras.Model
        [batch, time, channels] → [batch, time', channels']; may hold `Conv1D` without strides and groups,
        `Conv1DTranspose`, `JoinSubbands` and pointwise layers.

    Returns
    -------
    keras.Model
        With the same inputs and outputs.
    """
    channels = network.input.shape[-1]
    images = keras.models.clone_model(network, keras.Input((1, None, channels)), clone_function=_frozen)
    signal = keras.Input((None, channels), name=network.input.name)
    return keras.Model(signal, images(ops.expand_dims(signal, 1))[:, 0], name=network.name)


def _frozen(layer):
    """Return the layer for inference that replaces a trained layer."""
    if isinstance(layer, Conv1D):
        return FrozenConv(np.array(layer.kernel), np.array(layer.bias), layer.dilation, name=layer.name)
    if isinstance(layer, Conv1DTranspose):
        return FrozenConvTranspose(np.array(layer.kernel), np.array(layer.bias), layer.strides, name=layer.name)
    if isinstance(layer, JoinSubbands):
        return FrozenConvTranspose(layer.kernel, np.zeros(1, np.float32), layer.bands, name=layer.name)
    return layer.__class__.from_config(layer.get_config())


class FrozenConv(keras.layers.Layer):
    """'Same' convolution of float32 [batch, 1, time, channels] with a constant kernel [taps, channels, filters]."""

    def __init__(self, kernel, bias, dilation, **kwargs):
        super().__init__(**kwargs)
        self.kernel, self.bias, self.dilation = kernel, bias, dilation

    def call(self, x):
        """Return float32 [batch, 1, time, filters] for float32 [batch, 1, time, channels]."""
        y = tf.nn.conv2d(x, tf.constant(self.kernel[None]), 1, "SAME", dilations=[1, self.dilation])
        return tf.nn.bias_add(y, tf.constant(self.bias))

    def compute_output_shape(self, input_shape):
        return (*input_shape[:3], self.kernel.shape[-1])


class FrozenConvTranspose(keras.layers.Layer):
    """'Same' transposed convolution of [batch, 1, time, channels] with a constant kernel [taps, filters, channels].

    Computed like `weight_norm.transposed_convolution`.
    """

    def __init__(self, kernel, bias, strides, **kwargs):
        super().__init__(**kwargs)
        self.strides, (self.kernel_size, self.filters, _) = strides, kernel.shape
        self.kernel = np.array(plain_kernel(kernel, strides))
        self.bias = np.tile(bias, strides)

    def call(self, x):
        """Return float32 [batch, 1, time · strides, filters] for float32 [batch, 1, time, channels].

        One convolution computes the `strides` outputs of an input step as channels. They are then reshaped to
        successive steps and cropped to 'same' (periodic shuffling: Shi et al. 2016, arXiv 1609.05158, section 3.2).
        """
        margin = len(self.kernel) - 1
        padding = [[0, 0], [0, 0], [margin, margin], [0, 0]]
        y = tf.nn.bias_add(tf.nn.conv2d(x, tf.constant(self.kernel[None]), 1, padding), tf.constant(self.bias))
        batch, time = tf.shape(x)[0], tf.shape(x)[2]
        y = tf.reshape(y, [batch, 1, (time + margin) * self.strides, self.filters])
        first = (self.kernel_size - self.strides) // 2
        return y[:, :, first : first + time * self.strides]

    def compute_output_shape(self, input_shape):
        batch, _, time, _ = input_shape
        return (batch, 1, time and time * self.strides, self.filters)
