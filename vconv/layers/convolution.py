"""Convolution blocks over frequency: convolution (or its transpose) → LayerNorm → LeakyReLU."""

import keras
import tensorflow as tf
from keras import ops
from scipy.fft import next_fast_len

from vconv.layers import upsampling


class LayerNorm(keras.layers.Layer):
    """Layer normalization of each frame over (height, channels) (Ba, Kiros & Hinton 2016, arXiv 1607.06450).

    The published networks learn one scale and one offset for each channel. Keras' `LayerNormalization(axis=[1, 2])`
    would learn one for each height and channel.

    Input and output: float32 [batch, height, channels].
    """

    def __init__(self, epsilon=1e-5, **kwargs):
        super().__init__(**kwargs)
        self.epsilon = epsilon

    def build(self, input_shape):
        self.scale = self.add_weight(shape=(input_shape[-1],), initializer="ones", name="scale")
        self.offset = self.add_weight(shape=(input_shape[-1],), initializer="zeros", name="offset")

    def call(self, x):
        """Return each frame with mean 0 and standard deviation 1, then scaled and shifted by channel."""
        mean = ops.mean(x, axis=(1, 2), keepdims=True)
        # Two passes over x, because E[x²] − E[x]² loses digits.
        variance = ops.mean(ops.square(x - mean), axis=(1, 2), keepdims=True)
        # The factors are combined first, so that x takes part in two operations instead of four.
        scale = ops.rsqrt(variance + self.epsilon) * self.scale
        return x * scale + (self.offset - mean * scale)


class StridedConv1D(keras.layers.Conv1D):
    """'Same' convolution with strides, computed as one matrix product.

    A training step is 1.4 to 2 times as fast as with `keras.layers.Conv1D`, because TensorFlow's gradients of narrow
    convolutions are slow on a CPU (`benchmarks/strided_convolution.py`). The weights are those of
    `keras.layers.Conv1D`: kernel [kernel_size, channels, filters], bias [filters]. It has no activation, groups or
    dilation.

    Input: float32 [batch, height, channels]; output: float32 [batch, ⌈height / strides⌉, filters].
    """

    def __init__(self, filters, kernel_size, strides, **kwargs):
        super().__init__(filters, kernel_size, strides, padding="same", **kwargs)

    def call(self, x):
        """Return float32 [batch, ⌈height / strides⌉, filters] for float32 [batch, height, channels]."""
        (size,), (stride,), height = self.kernel_size, self.strides, x.shape[1]
        length = -(-height // stride)
        before = max((length - 1) * stride + size - height, 0) // 2
        if (length - 1) * stride <= before <= size - height:  # each output depends on all inputs
            y = self._by_matrix(x, height, length, before)
        else:
            y = self._by_windows(x, height, length, before)
        return y + self.bias

    def _by_matrix(self, x, height, length, before):
        """Return the product with the matrix [height · channels, length · filters] of the kernel."""
        (stride,), channels = self.strides, x.shape[-1]
        # `slice` instead of an index, here and below: the gradient of an index takes ten times as long.
        parts = [
            ops.slice(self.kernel, (before - output * stride, 0, 0), (height, channels, self.filters))
            for output in range(length)
        ]
        matrix = ops.reshape(ops.stack(parts, axis=2), (height * channels, length * self.filters))
        y = ops.matmul(ops.reshape(x, (-1, height * channels)), matrix)
        return ops.reshape(y, (-1, length, self.filters))

    def _by_windows(self, x, height, length, before):
        """Return the product of all windows with the kernel; a window consists of blocks of `stride` inputs."""
        (size,), (stride,), channels = self.kernel_size, self.strides, x.shape[-1]
        blocks = -(-size // stride)
        after = (length + blocks - 1) * stride - height - before
        x = ops.reshape(ops.pad(x, ((0, 0), (before, after), (0, 0))), (-1, length + blocks - 1, stride * channels))
        batch = ops.shape(x)[0]
        parts = [ops.slice(x, (0, block, 0), (batch, length, stride * channels)) for block in range(blocks)]
        windows = ops.reshape(ops.concatenate(parts, axis=-1), (-1, blocks * stride * channels))
        kernel = ops.pad(self.kernel, ((0, blocks * stride - size), (0, 0), (0, 0)))
        y = ops.matmul(windows, ops.reshape(kernel, (blocks * stride * channels, self.filters)))
        return ops.reshape(y, (-1, length, self.filters))


class FourierConv1D(keras.layers.Layer):
    """'Same' convolution with a kernel of at least 2 × height − 1 taps, computed by FFT.

    Each output of such a kernel depends on all inputs. A direct convolution takes height² products for each channel,
    the FFT height · log(height). On a CPU the layer with 1025 taps trains ten times as fast by FFT
    (`benchmarks/wide_convolution.py`). The gain is largest for few filters. The weights are those of
    `keras.layers.Conv1D`: kernel [kernel_size, channels, filters], bias [filters].

    Input: float32 [batch, height, channels]; output: float32 [batch, height, filters].
    """

    def __init__(self, filters, kernel_size, **kwargs):
        super().__init__(**kwargs)
        self.filters = filters
        self.kernel_size = kernel_size

    def build(self, input_shape):
        """Create kernel and bias for [batch, height, channels]; ValueError for fewer than 2 · height − 1 taps."""
        _, self.height, channels = input_shape
        if self.kernel_size < 2 * self.height - 1:
            raise ValueError(
                f"{self.name}: a kernel of {self.kernel_size} is narrower than 2 × {self.height} − 1; use Conv1D"
            )
        self.kernel = self.add_weight(shape=(self.kernel_size, channels, self.filters), name="kernel")
        self.bias = self.add_weight(shape=(self.filters,), initializer="zeros", name="bias")
        # A circular correlation of the kernel's length has no aliasing in the outputs that are kept.
        self.length = next_fast_len(self.kernel_size, real=True)

    def call(self, x):
        """Return float32 [batch, height, filters] for float32 [batch, height, channels].

        The transform of a correlation is the input's transform times the conjugate of the kernel's.
        """
        # `keras.ops.rfft` separates real and imaginary parts, which takes as long as the transform.
        length = [self.length]
        x = tf.signal.rfft(ops.transpose(x, (0, 2, 1)), length)[:, None]  # [batch, 1, channels, frequency]
        kernel = tf.signal.rfft(ops.transpose(self.kernel, (2, 1, 0)), length)  # [filters, channels, frequency]
        # The conjugate gives a correlation, which neural networks call convolution.
        y = tf.signal.irfft(tf.reduce_sum(x * tf.math.conj(kernel), axis=2), length)
        y = tf.slice(ops.roll(y, (self.kernel_size - 1) // 2, axis=-1), (0, 0, 0), (-1, -1, self.height))
        return ops.transpose(y, (0, 2, 1)) + self.bias

    def compute_output_shape(self, input_shape):
        return (*input_shape[:2], self.filters)


def convolution_block(x, filters, kernel_size, strides, slope, name):
    """Apply convolution → LayerNorm → LeakyReLU to [batch, height, channels]."""
    x = StridedConv1D(filters, kernel_size, strides, name=f"{name}_conv")(x)
    x = LayerNorm(name=f"{name}_norm")(x)
    return keras.layers.LeakyReLU(negative_slope=slope, name=f"{name}_leaky_relu")(x)


def transposed_convolution_block(x, filters, kernel_size, strides, slope, name):
    """Apply transposed convolution ('same', height · strides) → LayerNorm → LeakyReLU to [batch, height, channels].

    Raises
    ------
    VconvError
        The kernel is smaller than the stride, so that some outputs would depend on no input.
    """
    upsampling.check(name, kernel_size, strides)
    x = keras.layers.Conv1DTranspose(filters, kernel_size, strides=strides, padding="same", name=f"{name}_conv")(x)
    x = LayerNorm(name=f"{name}_norm")(x)
    return keras.layers.LeakyReLU(negative_slope=slope, name=f"{name}_leaky_relu")(x)
