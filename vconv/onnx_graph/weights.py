"""ONNX model that `vconv.onnx_graph.network` wrote → the weights of a functional Keras network of the same layers."""

import numpy as np
from onnx import load_from_string, numpy_helper


def load_weights(network, content):
    """Set the weights of a network to those of an ONNX model.

    Parameters
    ----------
    network : keras.Model
        Functional, with the layers of the network that was written.
    content : bytes
        As `vconv.onnx_graph.network.to_onnx` made it.

    Raises
    ------
    ValueError
        The networks have other layers.
    """
    constants = [numpy_helper.to_array(constant) for constant in load_from_string(content).graph.initializer]
    # Constants are in the order of the layers. Single numbers and integers are settings of operators, not weights.
    weights = [constant for constant in constants if constant.size > 1 and constant.dtype == np.float32]
    network.set_weights([_of_keras(array) for array in weights])


def _of_keras(array):
    """Return the kernel of a convolution [filters, channels, size] as [size, channels, filters], others as they are."""
    return array.transpose(2, 1, 0) if array.ndim == 3 else array
