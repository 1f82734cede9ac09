"""Convolution blocks over frequency: convolution (or its transpose) → LayerNorm → LeakyReLU."""

import keras
import tensorflow as tf
from keras import ops
from scipy.fft import next_fast_len

from vconv.layers import upsampling


class LayerNorm(keras.layers.Layer):
    """Normalize each frame over (height, channels), then scale and shift each channel.

    The published networks have one scale and one offset a channel; Keras' `LayerNormalization(axis=[1, 2])` would learn
    one a position (Ba, Kiros & Hinton 2016, arXiv 1607.06450).

    Input and output: float32 [batch, height, channels].
    """

    def __init__(self, epsilon=1e-5, **kwargs):
        super().__init__(**kwargs)
        self.epsilon = epsilon

    def build(self, input_shape):
        self.scale = self.add_weight(shape=(input_shape[-1],), initializer="ones", name="scale")
        self.offset = self.add_weight(shape=(input_shape[-1],), initializer="zeros", name="offset")

    def call(self, x):
        """Return float32 [batch, height, channels], of mean 0 and deviation 1 a frame, scaled and shifted."""
        mean = ops.mean(x, axis=(1, 2), keepdims=True)
        # Two passes: E[x²] − E[x]² would lose digits.
        variance = ops.mean(ops.square(x - mean), axis=(1, 2), keepdims=True)
        # Mean, deviation, scale and offset meet while they are small: x itself is touched twice, not four times.
        scale = ops.rsqrt(variance + self.epsilon) * self.scale
        return x * scale + (self.offset - mean * scale)


class FourierConv1D(keras.layers.Layer):
    """'Same' convolution with a kernel at least as wide as its input sees, computed by FFT.

    With a kernel of 2 × height − 1 every output sees every input and nothing is local about it: a convolution routine
    takes height² products a channel where the FFT takes height · log(height). On a CPU the 1025-tap layer trains an
    order of magnitude faster like this (`benchmarks/wide_convolution.py`). The weights are those of
    `keras.layers.Conv1D`: kernel [kernel_size, channels, filters], bias [filters]. Cheapest for few filters.

    Input: float32 [batch, height, channels]; output: float32 [batch, height, filters].
    """

    def __init__(self, filters, kernel_size, **kwargs):
        super().__init__(**kwargs)
        self.filters = filters
        self.kernel_size = kernel_size

    def build(self, input_shape):
        """Create kernel and bias for [batch, height, channels]; ValueError if the kernel is under 2 · height − 1."""
        _, self.height, channels = input_shape
        if self.kernel_size < 2 * self.height - 1:
            raise ValueError(
                f"{self.name}: a kernel of {self.kernel_size} is narrower than 2 × {self.height} − 1; use Conv1D"
            )
        self.kernel = self.add_weight(shape=(self.kernel_size, channels, self.filters), name="kernel")
        self.bias = self.add_weight(shape=(self.filters,), initializer="zeros", name="bias")
        # A circular correlation as long as the kernel does not alias at the outputs that are kept.
        self.length = next_fast_len(self.kernel_size, real=True)

    def call(self, x):
        """Return float32 [batch, height, filters] for float32 [batch, height, channels].

        The transform of a correlation is that of the input times the conjugate of the kernel's (correlation theorem).
        """
        # TensorFlow's own: `keras.ops.rfft` splits complex numbers in two, which costs as much as the transform.
        length = [self.length]
        x = tf.signal.rfft(ops.transpose(x, (0, 2, 1)), length)[:, None]  # [batch, 1, channels, frequency]
        kernel = tf.signal.rfft(ops.transpose(self.kernel, (2, 1, 0)), length)  # [filters, channels, frequency]
        # The conjugate makes it a correlation, as in every "convolution" of a neural network.
        y = tf.signal.irfft(tf.reduce_sum(x * tf.math.conj(kernel), axis=2), length)
        y = ops.roll(y, (self.kernel_size - 1) // 2, axis=-1)[:, :, : self.height]
        return ops.transpose(y, (0, 2, 1)) + self.bias

    def compute_output_shape(self, input_shape):
        return (*input_shape[:2], self.filters)


def convolution_block(x, filters, kernel_size, strides, slope, name):
    """Convolution → LayerNorm → LeakyReLU on [batch, height, channels]."""
    x = keras.layers.Conv1D(filters, kernel_size, strides=strides, padding="same", name=f"{name}_conv")(x)
    x = LayerNorm(name=f"{name}_norm")(x)
    return keras.layers.LeakyReLU(negative_slope=slope, name=f"{name}_leaky_relu")(x)


def transposed_convolution_block(x, filters, kernel_size, strides, slope, name):
    """Transposed convolution ('same', height × strides) → LayerNorm → LeakyReLU on [batch, height, channels].

    A kernel smaller than the stride is a VconvError: it would leave rows that no input reaches.
    """
    upsampling.check(name, kernel_size, strides)
    x = keras.layers.Conv1DTranspose(filters, kernel_size, strides=strides, padding="same", name=f"{name}_conv")(x)
    x = LayerNorm(name=f"{name}_norm")(x)
    return keras.layers.LeakyReLU(negative_slope=slope, name=f"{name}_leaky_relu")(x)
