"""A functional Keras network as an ONNX model: the graph of layers is walked from the output to the inputs."""

import keras

from vconv.common.errors import VconvError
from vconv.onnx_graph.graph import Graph
from vconv.onnx_graph.operators import OPERATORS, UnsupportedError, slices


def to_onnx(network, metadata):
    """Return the ONNX model of a functional network.

    Inputs have the names of the Keras inputs, the output is called `output`; all are float32. Their first axis may have
    any length.

    Parameters
    ----------
    network : keras.Model
        With one output.
    metadata : dict
        Name → text, stored in the model.

    Returns
    -------
    model : onnx.ModelProto
        Of opset 17, with the present weights.

    Raises
    ------
    VconvError
        A layer has no ONNX operator in `vconv.onnx_graph.operators`.
    """
    graph = Graph(network.name)
    inputs = {tensor.name: tensor for tensor in network.inputs}
    (output,) = network.outputs
    source = _Walk(graph, network, {id(tensor): name for name, tensor in inputs.items()}).name_of(output)
    shapes = {name: _shape(tensor) for name, tensor in inputs.items()}
    return graph.model(shapes, ("output", _shape(output)), source, metadata)


class _Walk:
    """The names in a graph of the tensors of a functional network; operators are added as they are needed."""

    def __init__(self, graph, network, names):
        self.graph, self.network, self.names = graph, network, names  # names: id of a KerasTensor → name

    def name_of(self, tensor):
        """Return the name of the result of a KerasTensor of the network."""
        if id(tensor) not in self.names:
            history = tensor._keras_history
            arguments = history.operation._inbound_nodes[history.node_index].arguments
            inputs = [self.name_of(argument) for argument in arguments.keras_tensors]
            self.names[id(tensor)] = self._applied(history, arguments, inputs)
        return self.names[id(tensor)]

    def _applied(self, history, arguments, inputs):
        """Return the name of the result of an operation: a nested network, an index, or a layer."""
        operation = history.operation
        if isinstance(operation, keras.Model) and hasattr(operation, "inputs"):
            names = {id(tensor): name for tensor, name in zip(operation.inputs, inputs, strict=True)}
            return _Walk(self.graph, operation, names).name_of(operation.outputs[history.tensor_index])
        try:
            if type(operation).__name__ == "GetItem":
                return slices(self.graph, arguments.args[1], *inputs)
            if type(operation) in OPERATORS:
                return OPERATORS[type(operation)](self.graph, operation, *inputs)
            raise UnsupportedError(f"{type(operation).__name__} has no operator in vconv.onnx_graph.operators")
        except UnsupportedError as error:
            raise VconvError(
                f"{self.network.name}: the layer {operation.name!r} cannot be written as ONNX ({error}); add it there, "
                f"or use another layer"
            ) from error


def _shape(tensor):
    """Return the shape of a tensor; axes of any length are named."""
    return ["batch", *(size if size else f"axis_{axis}" for axis, size in enumerate(tensor.shape[1:], 1))]
