"""The network of `matched` as layers of NumPy arrays, read from its ONNX model.

A layer is a convolution over time. Before it come, in all layers but the first, layer normalization, scale and shift by
the speaker (FiLM) and LeakyReLU. The layers between the first and the last are added to their input.
"""

import re
from typing import NamedTuple

import numpy as np

from vconv.spectral_conversion import onnx_file

# The operators that `vconv.onnx_graph` writes for each part of the network.
CONVOLVED = "(Pad )?Transpose Conv Transpose Identity "
NORMALIZED = "ReduceMean Sub Mul ReduceMean Add Sqrt Div Mul Add "
OF_SPEAKER = "MatMul Add Identity Unsqueeze "
ACTIVATED = f"{NORMALIZED}{OF_SPEAKER}{OF_SPEAKER}Add Mul Add LeakyRelu "
FORM = re.compile(f"{CONVOLVED}({ACTIVATED}{CONVOLVED}Sum )*{ACTIVATED}{CONVOLVED}Identity ")


class Activation(NamedTuple):
    """Layer normalization, scale and shift by the speaker, LeakyReLU; arrays are float32.

    Attributes
    ----------
    epsilon : ndarray [1]
        Added to the variance.
    norm_scale, norm_offset : ndarray [channels]
    scale, shift : ndarray [E, channels]
        Of the speaker's embedding [E]; the scale is relative to 1.
    scale_bias, shift_bias : ndarray [channels]
    slope : float
        Of the LeakyReLU below 0, at most 1.
    """

    epsilon: np.ndarray
    norm_scale: np.ndarray
    norm_offset: np.ndarray
    scale: np.ndarray
    scale_bias: np.ndarray
    shift: np.ndarray
    shift_bias: np.ndarray
    slope: np.float32

    def of(self, embedding):
        """Return `FoldedActivation` for the embedding [E] of a speaker."""
        scale = embedding @ self.scale + self.scale_bias + np.float32(1)
        shift = embedding @ self.shift + self.shift_bias
        return FoldedActivation(self.epsilon, self.norm_scale * scale, self.norm_offset * scale + shift, self.slope)


class FoldedActivation(NamedTuple):
    """The `Activation` of one speaker: both scales as one, and both offsets as one, [channels]."""

    epsilon: np.ndarray
    scale: np.ndarray
    offset: np.ndarray
    slope: np.float32

    def __call__(self, x):
        """Return the activation of x [T, channels], float32."""
        count = np.float32(x.shape[1])
        centered = x - np.add.reduce(x, axis=1, keepdims=True) / count
        variance = np.einsum("tc,tc->t", centered, centered)[:, None] / count
        x = centered / np.sqrt(variance + self.epsilon) * self.scale + self.offset
        return np.maximum(x, self.slope * x)


class Layer(NamedTuple):
    """A layer.

    Attributes
    ----------
    activation : Activation or None
    residual : bool
        Whether the input is added to the output.
    kernel : ndarray [taps * channels, channels out], float32
    bias : ndarray [channels out], float32
    dilation, before, after : int
        Distance of the taps, and how far they look back and ahead, in frames.
    """

    activation: Activation | None
    residual: bool
    kernel: np.ndarray
    bias: np.ndarray
    dilation: int
    before: int
    after: int

    def spread(self, step):
        """Return the layer for frames of which every `step`-th is the next one."""
        return self._replace(**{name: step * getattr(self, name) for name in ("dilation", "before", "after")})

    @property
    def extent(self):
        """Frames on which an output depends besides its own."""
        return self.before + self.after

    @property
    def taps(self):
        """Frames that an output depends on, counted from the first of them."""
        return range(0, self.extent + 1, self.dilation)

    @property
    def channels(self):
        """Number of channels of the input."""
        return len(self.kernel) // len(self.taps)

    def convolved(self, x, frames):
        """Return the first `frames` frames of the convolution of x [T, channels], which is not padded."""
        return np.concatenate([x[tap : tap + frames] for tap in self.taps], axis=1) @ self.kernel + self.bias


def layers_of(content):
    """Return the `Layer`s of an ONNX model, whose operators are checked; how they are connected is not.

    Parameters
    ----------
    content : bytes

    Raises
    ------
    ValueError
        The model is no network of this form.
    """
    nodes, constants = onnx_file.read(content)
    operators = "".join(f"{node.operator} " for node in nodes)
    if not FORM.fullmatch(operators):
        raise ValueError("the operators are not those of residual convolutions over time")
    layers, weights, slope, padding = [], [], 0.0, None
    for node in nodes:
        known = [constants[name] for name in node.inputs if name in constants]
        if node.operator == "LeakyRelu":
            slope = node.attributes.get("alpha", 0.01)
        elif node.operator == "Pad":
            padding = known[0][[1, 4]].tolist()
        elif node.operator == "Conv":
            layers.append(_layer(weights, slope, *known, padding, node.attributes))
            weights, padding = [], None
        else:
            weights += [value for value in known if value.dtype == np.float32]
    between = [layer._replace(residual=True) for layer in layers[1:-1]]
    return (layers[0], *between, layers[-1])


def _layer(weights, slope, kernel, bias, padding, attributes):
    """Return the `Layer` of the constants before a convolution, and of the convolution."""
    activation = None
    if weights:
        *weights, one = weights
        if one != 1:
            raise ValueError("the scale of the speaker is not relative to 1")
        activation = Activation(*weights, np.float32(slope))
    taps = kernel.shape[2]
    (dilation,) = attributes.get("dilations", [1])
    before, after = padding or attributes.get("pads", [0, 0])
    if attributes.get("strides", [1]) != [1] or before + after != (taps - 1) * dilation:
        raise ValueError("a convolution does not give as many frames as it gets")
    matrix = np.ascontiguousarray(kernel.transpose(2, 1, 0).reshape(-1, len(kernel)))
    return Layer(activation, False, matrix, bias, dilation, before, after)
