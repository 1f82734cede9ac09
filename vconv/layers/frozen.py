"""A network over time made ready for inference: weight norms folded away, kernels constant, convolutions fused."""

import keras
import numpy as np
import tensorflow as tf
from keras import ops

from vconv.layers.subbands import JoinSubbands
from vconv.layers.weight_norm import Conv1D, Conv1DTranspose, plain_kernel


def freeze(network):
    """Return a copy of a functional network, [batch, time, channels] → [batch, time', channels'], for inference alone.

    Inside, signals are images of height 1: only so does TensorFlow join a convolution, its bias and the LeakyReLU after
    it into one pass over memory. Constant kernels it rearranges once, not at every call. The output is the same up to
    rounding (`benchmarks/melgan.py` has the speed).

    Parameters
    ----------
    network : keras.Model
        Of `Conv1D` without strides and groups, `Conv1DTranspose`, `JoinSubbands` and layers that work point by point.
    """
    channels = network.input.shape[-1]
    images = keras.models.clone_model(network, keras.Input((1, None, channels)), clone_function=_frozen)
    signal = keras.Input((None, channels), name=network.input.name)
    return keras.Model(signal, images(ops.expand_dims(signal, 1))[:, 0], name=network.name)


def _frozen(layer):
    """Return the counterpart of a trained layer."""
    if isinstance(layer, Conv1D):
        return FrozenConv(np.array(layer.kernel), np.array(layer.bias), layer.dilation, name=layer.name)
    if isinstance(layer, Conv1DTranspose):
        return FrozenConvTranspose(np.array(layer.kernel), np.array(layer.bias), layer.strides, name=layer.name)
    if isinstance(layer, JoinSubbands):
        return FrozenConvTranspose(layer.kernel, np.zeros(1, np.float32), layer.bands, name=layer.name)
    return layer.__class__.from_config(layer.get_config())


class FrozenConv(keras.layers.Layer):
    """'Same' convolution by a constant kernel [taps, channels, filters], float32 [batch, 1, time, channels]."""

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
    """'Same' transposed convolution by a constant kernel [taps, filters, channels], [batch, 1, time, channels].

    Computed as in `weight_norm.transposed_convolution`.
    """

    def __init__(self, kernel, bias, strides, **kwargs):
        super().__init__(**kwargs)
        self.strides, (self.kernel_size, self.filters, _) = strides, kernel.shape
        self.kernel = np.array(plain_kernel(kernel, strides))
        self.bias = np.tile(bias, strides)

    def call(self, x):
        """Return float32 [batch, 1, time · strides, filters] for float32 [batch, 1, time, channels].

        One convolution makes all `strides` outputs of a step as channels; they are then laid in a row and cut to 'same'
        (the periodic shuffling of Shi et al. 2016, arXiv 1609.05158, section 3.2).
        """
        around = len(self.kernel) - 1
        padding = [[0, 0], [0, 0], [around, around], [0, 0]]
        y = tf.nn.bias_add(tf.nn.conv2d(x, tf.constant(self.kernel[None]), 1, padding), tf.constant(self.bias))
        batch, time = tf.shape(x)[0], tf.shape(x)[2]
        y = tf.reshape(y, [batch, 1, (time + around) * self.strides, self.filters])
        first = (self.kernel_size - self.strides) // 2
        return y[:, :, first : first + time * self.strides]

    def compute_output_shape(self, input_shape):
        batch, _, time, _ = input_shape
        return (batch, 1, time and time * self.strides, self.filters)
