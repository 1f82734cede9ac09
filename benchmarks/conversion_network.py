"""The networks that convert, by ONNX Runtime and by NumPy, and the last layer of the VAE's decoder as a convolution.

    python benchmarks/conversion_network.py

CPU time on one thread, the smallest of several runs, and the largest absolute difference of the outputs. Weights are
initial.
"""

import time

import keras
import numpy as np

from vconv import models
from vconv.common.threads import one_blas_thread
from vconv.onnx_graph import operators
from vconv.spectral_conversion.network import Network
from vconv.training.conversion_network import to_onnx

SPEAKERS = ("a", "b")
RUNS = 5


def seconds(function):
    """Return the smallest CPU time of several calls."""
    times = []
    for _ in range(RUNS):
        start = time.process_time()
        function()
        times.append(time.process_time() - start)
    return min(times)


def numpy_forward(network, x, embedding):
    """Return what the network `converter` of `matched` returns, by NumPy alone; x is [T, C]."""

    def convolved(x, layer):
        kernel, bias = layer
        dilation = network["dilation"].get(id(layer), 1)
        reach = (len(kernel) - 1) * dilation
        padded = np.pad(x, [(reach // 2, reach - reach // 2), (0, 0)])
        windows = [padded[tap * dilation : tap * dilation + len(x)] for tap in range(len(kernel))]
        return np.concatenate(windows, axis=1) @ kernel.reshape(-1, kernel.shape[-1]) + bias

    def activated(x, name):
        scale, offset = network[f"{name}_norm"]
        centered = x - x.mean(axis=1, keepdims=True)
        x = centered / np.sqrt(np.square(centered).mean(axis=1, keepdims=True) + np.float32(1e-3)) * scale + offset
        scale, scale_bias, shift, shift_bias = network[f"{name}_speaker"]
        x = x * (1 + embedding @ scale + scale_bias) + embedding @ shift + shift_bias
        return np.where(x > 0, x, network["slope"] * x)

    x = convolved(x, network["first"])
    for name in network["residuals"]:
        x = x + convolved(activated(x, name), network[f"{name}_conv"])
    return convolved(activated(x, "last"), network["acoustic"])


def weights_of(model, settings):
    """Return the weights of `matched` by layer, and what else `numpy_forward` needs."""
    network = {layer.name: [np.array(weight) for weight in layer.weights] for layer in model.converter.layers}
    dilations = settings["dilations"]
    network["residuals"] = [f"residual_{number}" for number in range(1, len(dilations) + 1)]
    convolutions = [network[f"{name}_conv"] for name in network["residuals"]]
    network["dilation"] = {id(layer): dilation for layer, dilation in zip(convolutions, dilations, strict=True)}
    network["slope"] = np.float32(settings["slope"])
    return network


@one_blas_thread()
def compare_matched():
    """Print the times of `matched` for 3 s and 5 minutes of speech."""
    settings = models.settings("matched")
    model = models.build("matched", settings, speakers=2, content_size=42, acoustic_size=40)
    network, plain = Network(to_onnx(model, "matched", SPEAKERS, 0)), weights_of(model, settings["network"])
    for frames in 300, 30_000:
        x = np.random.default_rng(0).normal(size=(frames, 42)).astype(np.float32)
        embedding = network.embeddings[0]
        error = np.abs(network(x[None], embedding)[0] - numpy_forward(plain, x, embedding)).max()
        by_onnx = seconds(lambda x=x, embedding=embedding: network(x[None], embedding))
        by_numpy = seconds(lambda x=x, embedding=embedding: numpy_forward(plain, x, embedding))
        print(f"matched, {frames} frames: ONNX {by_onnx:.4f} s, NumPy {by_numpy:.4f} s, difference {error:.1e}")


def compare_wide_convolution():
    """Print the times of `convvae` with its last layer as a matrix product and as a convolution."""
    model = models.build("convvae", models.settings("convvae"), bins=513, speakers=2)
    networks = {"matrix": Network(to_onnx(model, "convvae", SPEAKERS, 0))}
    operators.OPERATORS[operators.FourierConv1D] = as_convolution
    networks["convolution"] = Network(to_onnx(model, "convvae", SPEAKERS, 0))
    x = np.random.default_rng(0).uniform(-1, 1, (256, 513)).astype(np.float32)
    for kind, network in networks.items():
        took = seconds(lambda network=network: network(x, network.embeddings[0]))
        print(f"convvae, 256 frames, last layer as a {kind}: {took:.3f} s")


def as_convolution(graph, layer, x):
    """Stand for `operators.fourier_conv_1d`: an ordinary convolution."""
    convolution = keras.layers.Conv1D(layer.filters, layer.kernel_size, padding="same")
    convolution.build((None, layer.height, layer.kernel.shape[1]))
    convolution.set_weights(layer.get_weights())
    return operators.conv_1d(graph, convolution, x)


if __name__ == "__main__":
    compare_matched()
    compare_wide_convolution()
