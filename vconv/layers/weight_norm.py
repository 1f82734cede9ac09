"""Convolutions over time with optional weight normalization: plain, dilated, grouped, transposed."""

import keras
import tensorflow as tf
from keras import ops

from vconv.layers.upsampling import check


class WeightNormalized(keras.layers.Layer):
    """Base class of layers with a kernel and a bias; with `weight_norm` the kernel is g · v / ‖v‖.

    There is one gain g for each index of the kernel's last axis; the norm is over all other axes (Salimans & Kingma
    2016, arXiv 1602.07868, equation 2). The gains are initialized to the norms, so that the initial kernel is v.
    """

    def __init__(self, weight_norm, **kwargs):
        super().__init__(**kwargs)
        self.weight_norm = weight_norm

    def add_weights(self, kernel_shape, filters):
        """Create the direction v, the gain g with `weight_norm`, and the bias [filters]."""
        self.direction = self.add_weight(shape=kernel_shape, name="kernel")
        if self.weight_norm:
            self.gain = self.add_weight(shape=kernel_shape[-1:], initializer="ones", name="gain")
            self.gain.assign(self.norm())
        self.bias = self.add_weight(shape=(filters,), initializer="zeros", name="bias")

    def norm(self):
        """Return ‖v‖ for each index of the kernel's last axis."""
        return ops.sqrt(ops.sum(ops.square(self.direction), axis=tuple(range(len(self.direction.shape) - 1))))

    @property
    def kernel(self):
        """The kernel that the layer applies."""
        return self.direction * (self.gain / self.norm()) if self.weight_norm else self.direction


class Conv1D(WeightNormalized):
    """'Same' convolution over time, float32 [batch, time, channels] → [batch, ⌈time / strides⌉, filters].

    Kernel [kernel_size, channels / groups, filters], as in `keras.layers.Conv1D`.
    """

    def __init__(self, filters, kernel_size, strides=1, dilation=1, groups=1, weight_norm=True, **kwargs):
        super().__init__(weight_norm, **kwargs)
        self.filters, self.kernel_size = filters, kernel_size
        self.strides, self.dilation, self.groups = strides, dilation, groups

    def build(self, input_shape):
        if input_shape[-1] % self.groups or self.filters % self.groups:
            raise ValueError(
                f"{self.name}: {self.groups} groups do not divide {input_shape[-1]} channels and {self.filters} filters"
            )
        self.add_weights((self.kernel_size, input_shape[-1] // self.groups, self.filters), self.filters)

    def call(self, x):
        if self.groups > 1:
            return grouped_convolution(x, self.kernel, self.strides, self.groups) + self.bias
        return ops.conv(x, self.kernel, self.strides, "same", dilation_rate=self.dilation) + self.bias

    def compute_output_shape(self, input_shape):
        time = input_shape[1] and -(-input_shape[1] // self.strides)
        return (input_shape[0], time, self.filters)


class Conv1DTranspose(WeightNormalized):
    """'Same' transposed convolution, float32 [batch, time, channels] → [batch, time · strides, filters].

    Kernel [kernel_size, filters, channels], as in `keras.layers.Conv1DTranspose`.
    """

    def __init__(self, filters, kernel_size, strides, weight_norm=True, **kwargs):
        super().__init__(weight_norm, **kwargs)
        self.filters, self.kernel_size, self.strides = filters, kernel_size, strides

    def build(self, input_shape):
        check(self.name, (self.kernel_size,), (self.strides,))
        self.add_weights((self.kernel_size, self.filters, input_shape[-1]), self.filters)

    def call(self, x):
        return transposed_convolution(x, self.kernel, self.strides) + self.bias

    def compute_output_shape(self, input_shape):
        return (input_shape[0], input_shape[1] and input_shape[1] * self.strides, self.filters)


def transposed_convolution(x, kernel, strides):
    """Return the 'same' transposed convolution, [batch, time · strides, filters].

    It is computed as a plain convolution that gives `strides` output samples at once, because a CPU computes that by a
    fast matrix product (`benchmarks/melgan.py`).

    Parameters
    ----------
    x : tensor [batch, time, channels]
    kernel : tensor [kernel_size, filters, channels]
    strides : int
    """
    kernel_size, filters, _ = kernel.shape
    plain = plain_kernel(kernel, strides)
    taps = plain.shape[0]
    y = ops.conv(tf.pad(x, [[0, 0], [taps - 1, taps - 1], [0, 0]]), plain, 1, "valid")
    batch, time = tf.shape(x)[0], tf.shape(x)[1]
    y = tf.reshape(y, [batch, (time + taps - 1) * strides, filters])
    first = (kernel_size - strides) // 2
    return y[:, first : first + time * strides]


def plain_kernel(kernel, strides):
    """Return the kernel of a plain convolution that computes `strides` samples of a transposed one at once.

    Shapes: [kernel_size, filters, channels] → [⌈kernel_size / strides⌉, channels, strides · filters].
    """
    kernel_size, filters, channels = kernel.shape
    taps = -(-kernel_size // strides)
    kernel = tf.pad(kernel, [[0, taps * strides - kernel_size], [0, 0], [0, 0]])
    # Output sample u · strides + r is the sum over q of input u − q times tap q · strides + r of the kernel.
    return tf.transpose(tf.reverse(tf.reshape(kernel, [taps, strides * filters, channels]), [0]), [0, 2, 1])


def grouped_convolution(x, kernel, strides, groups):
    """Return the 'same' convolution of `groups` separate groups of channels, [batch, ⌈time / strides⌉, filters].

    It is computed as one batched matrix product, because the gradient of TensorFlow's grouped convolution takes ten
    times as long on a CPU (`benchmarks/melgan.py`). The input is cut into blocks of `strides` samples; a window is a
    sequence of blocks.

    Parameters
    ----------
    x : tensor [batch, time, channels]
    kernel : tensor [kernel_size, channels / groups, filters]
    strides, groups : int
    """
    kernel_size, depth, filters = kernel.shape
    blocks, out = -(-kernel_size // strides), filters // groups
    batch, time = tf.shape(x)[0], tf.shape(x)[1]
    length = -(-time // strides)
    before = tf.maximum((length - 1) * strides + kernel_size - time, 0) // 2
    after = (length + blocks - 1) * strides - time - before
    x = tf.pad(x, [[0, 0], [before, after], [0, 0]])
    x = tf.reshape(x, [batch, length + blocks - 1, strides, groups, depth])
    x = tf.reshape(tf.transpose(x, [3, 0, 1, 2, 4]), [groups, batch, length + blocks - 1, strides * depth])
    windows = tf.concat([x[:, :, block : block + length] for block in range(blocks)], axis=-1)
    kernel = tf.pad(kernel, [[0, blocks * strides - kernel_size], [0, 0], [0, 0]])
    kernel = tf.transpose(tf.reshape(kernel, [blocks * strides * depth, groups, out]), [1, 0, 2])
    y = tf.matmul(tf.reshape(windows, [groups, batch * length, blocks * strides * depth]), kernel)
    return tf.reshape(tf.transpose(tf.reshape(y, [groups, batch, length, out]), [1, 2, 0, 3]), [batch, length, filters])
