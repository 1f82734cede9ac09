"""The ONNX operators of each Keras layer that the networks for conversion use.

A function gets the `Graph`, the layer and the names of its inputs, and returns the name of its output. Arrays are
[batch, axis, channels] as in Keras; ONNX convolves [batch, channels, axis].
"""

import keras
import numpy as np

from vconv.layers.convolution import FourierConv1D, LayerNorm, StridedConv1D
from vconv.layers.speaker import MergeSpeaker, SpeakerScaleShift


class UnsupportedError(Exception):
    """A layer, or a setting of it, has no ONNX operator here; the text names what."""


def conv_1d(graph, layer, x):
    """Conv1D, 'same' or 'valid', with strides or dilation."""
    _require(layer.padding in ("same", "valid"), f"padding {layer.padding!r}")
    _require(layer.groups == 1, f"{layer.groups} groups")
    (size,), (stride,), (dilation,) = layer.kernel_size, layer.strides, layer.dilation_rate
    padding = {}
    if layer.padding == "same" and stride == 1:
        padding = {"pads": _halves((size - 1) * dilation)}
    elif layer.padding == "same":  # depends on the length; Keras allows no dilation with strides
        padding = {"auto_pad": "SAME_UPPER"}
    kernel = np.array(layer.kernel).transpose(2, 1, 0)
    x = graph.add("Transpose", x, perm=(0, 2, 1))
    x = graph.add("Conv", x, kernel, _bias(layer), strides=[stride], dilations=[dilation], **padding)
    return _activated(graph, layer, graph.add("Transpose", x, perm=(0, 2, 1)))


def zero_padding_1d(graph, layer, x):
    """ZeroPadding1D."""
    before, after = layer.padding
    return graph.add("Pad", x, np.array([0, before, 0, 0, after, 0]))


def conv_1d_transpose(graph, layer, x):
    """Conv1DTranspose, 'same', whose kernel is at least as wide as its stride."""
    (size,), (stride,) = layer.kernel_size, layer.strides
    _require(layer.padding == "same" and size >= stride, f"padding {layer.padding!r} of a kernel of {size}")
    _require(layer.dilation_rate == (1,), f"dilation {layer.dilation_rate}")
    kernel = np.array(layer.kernel).transpose(2, 1, 0)
    x = graph.add("Transpose", x, perm=(0, 2, 1))
    x = graph.add("ConvTranspose", x, kernel, _bias(layer), strides=[stride], pads=_halves(size - stride))
    return _activated(graph, layer, graph.add("Transpose", x, perm=(0, 2, 1)))


def fourier_conv_1d(graph, layer, x):
    """FourierConv1D as a product with the Toeplitz matrix [height · channels, height · filters] of its kernel."""
    kernel = np.array(layer.kernel)
    height, (_, channels, filters) = layer.height, kernel.shape
    taps = np.arange(height)[:, None] - np.arange(height) + (layer.kernel_size - 1) // 2  # [input, output]
    matrix = kernel[taps].transpose(0, 2, 1, 3).reshape(height * channels, height * filters)
    x = graph.add("MatMul", graph.add("Reshape", x, np.array([-1, height * channels])), matrix)
    return graph.add("Add", graph.add("Reshape", x, np.array([-1, height, filters])), np.array(layer.bias))


def dense(graph, layer, x):
    """Dense over the last axis."""
    x = graph.add("MatMul", x, np.array(layer.kernel))
    return _activated(graph, layer, graph.add("Add", x, _bias(layer)))


def layer_normalization(graph, layer, x):
    """Keras' LayerNormalization over the last axis, with scale and offset."""
    _require(tuple(np.atleast_1d(layer.axis)) in ((-1,), (2,)), f"axis {layer.axis}")
    _require(layer.scale and layer.center, "no scale or no offset")
    return _normalized(graph, x, (-1,), np.array(layer.gamma), np.array(layer.beta), layer.epsilon)


def layer_norm(graph, layer, x):
    """LayerNorm over height and channels."""
    return _normalized(graph, x, (1, 2), np.array(layer.scale), np.array(layer.offset), layer.epsilon)


def leaky_relu(graph, layer, x):
    """LeakyReLU."""
    return graph.add("LeakyRelu", x, alpha=float(layer.negative_slope))


def add(graph, layer, *inputs):
    """Sum of two or more tensors."""
    return graph.add("Sum", *inputs)


def concatenate(graph, layer, *inputs):
    """Concatenate along one axis."""
    return graph.add("Concat", *inputs, axis=layer.axis)


def reshape(graph, layer, x):
    """Reshape of all axes but the first."""
    return graph.add("Reshape", x, np.array([-1, *layer.target_shape]))


def flatten(graph, layer, x):
    """All axes but the first become one."""
    return graph.add("Flatten", x, axis=1)


def merge_speaker(graph, layer, code, speaker):
    """MergeSpeaker."""
    return graph.add(
        "Sum", dense(graph, layer.of_code, code), dense(graph, layer.of_speaker, speaker), np.array(layer.bias)
    )


def speaker_scale_shift(graph, layer, x, speaker):
    """SpeakerScaleShift."""
    scale, shift = (
        graph.add("Unsqueeze", dense(graph, part, speaker), np.array([1])) for part in (layer.scale, layer.shift)
    )
    return graph.add("Add", graph.add("Mul", x, graph.add("Add", scale, 1.0)), shift)


def slices(graph, key, x):
    """Slices of leading axes, such as x[:, :513]; `key` is the index."""
    for axis, part in enumerate(key if isinstance(key, tuple) else (key,)):
        _require(isinstance(part, slice) and part.step in (None, 1), f"the index {part}")
        if part != slice(None):
            stop = np.iinfo(np.int64).max if part.stop is None else part.stop
            x = graph.add("Slice", x, np.array([part.start or 0]), np.array([stop]), np.array([axis]))
    return x


ACTIVATIONS = {"linear": "Identity", "relu": "Relu", "sigmoid": "Sigmoid", "tanh": "Tanh"}
OPERATORS = {
    keras.layers.Conv1D: conv_1d,
    keras.layers.ZeroPadding1D: zero_padding_1d,
    keras.layers.Conv1DTranspose: conv_1d_transpose,
    keras.layers.Dense: dense,
    keras.layers.LayerNormalization: layer_normalization,
    keras.layers.LeakyReLU: leaky_relu,
    keras.layers.Add: add,
    keras.layers.Concatenate: concatenate,
    keras.layers.Reshape: reshape,
    keras.layers.Flatten: flatten,
    StridedConv1D: conv_1d,
    FourierConv1D: fourier_conv_1d,
    LayerNorm: layer_norm,
    MergeSpeaker: merge_speaker,
    SpeakerScaleShift: speaker_scale_shift,
}


def _normalized(graph, x, axes, scale, offset, epsilon):
    """Return x with mean 0 and standard deviation 1 over `axes`, times `scale` [channels], plus `offset` [channels].

    In two passes, because E[x²] − E[x]², which ONNX Runtime's LayerNormalization computes, loses digits.
    """
    centered = graph.add("Sub", x, graph.add("ReduceMean", x, axes=axes))
    variance = graph.add("ReduceMean", graph.add("Mul", centered, centered), axes=axes)
    deviation = graph.add("Sqrt", graph.add("Add", variance, epsilon))
    return graph.add("Add", graph.add("Mul", graph.add("Div", centered, deviation), scale), offset)


def _activated(graph, layer, x):
    name = layer.activation.__name__
    _require(name in ACTIVATIONS, f"activation {name}")
    return graph.add(ACTIVATIONS[name], x)


def _bias(layer):
    _require(layer.bias is not None, "no bias")
    return np.array(layer.bias)


def _halves(padding):
    """Return the padding before and after an axis; as in Keras, the larger half is after it."""
    return [padding // 2, padding - padding // 2]


def _require(supported, what):
    if not supported:
        raise UnsupportedError(what)
