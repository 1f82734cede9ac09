"""A graph of ONNX operators under construction."""

import numpy as np
from onnx import TensorProto, checker, helper, numpy_helper

from vconv.common.version import __version__

OPSET, IR_VERSION = 17, 8  # read by ONNX Runtime 1.16 and later


class Graph:
    """Nodes and constants; a tensor is known by its name.

    Parameters
    ----------
    name : str
    """

    def __init__(self, name):
        self.name = name
        self._nodes, self._constants = [], []

    def add(self, operator, *inputs, **attributes):
        """Append a node with one output.

        Parameters
        ----------
        operator : str
            Of ONNX, for example "MatMul".
        *inputs : str or ndarray
            Names of tensors; an array becomes a constant.
        **attributes : object
            Of the node.

        Returns
        -------
        name : str
            Of the output.
        """
        names = [value if isinstance(value, str) else self._constant(value) for value in inputs]
        output = f"{operator}_{len(self._nodes)}"
        self._nodes.append(helper.make_node(operator, names, [output], **attributes))
        return output

    def model(self, inputs, output, source, metadata):
        """Return the graph as an ONNX model, checked.

        Parameters
        ----------
        inputs : dict
            Name → shape of each input; text is the name of an axis of any length.
        output : tuple of (str, tuple)
            Name and shape of the output.
        source : str
            The tensor that is the output.
        metadata : dict
            Name → text.

        Returns
        -------
        model : onnx.ModelProto
        """
        name, shape = output
        nodes = [*self._nodes, helper.make_node("Identity", [source], [name])]
        described = [_float32(*described) for described in inputs.items()]
        graph = helper.make_graph(nodes, self.name, described, [_float32(name, shape)], self._constants)
        model = helper.make_model(
            graph,
            producer_name="vconv",
            producer_version=__version__,
            ir_version=IR_VERSION,
            opset_imports=[helper.make_opsetid("", OPSET)],
        )
        helper.set_model_props(model, metadata)
        checker.check_model(model, full_check=True)
        return model

    def _constant(self, value):
        """Add a constant: float32, or int64 for whole numbers; return its name."""
        value = np.asarray(value)
        name = f"constant_{len(self._constants)}"
        kind = np.int64 if value.dtype.kind == "i" else np.float32
        self._constants.append(numpy_helper.from_array(np.ascontiguousarray(value, kind), name))
        return name


def _float32(name, shape):
    return helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)
