"""ONNX GRAPH: functional Keras network → ONNX model, which ONNX Runtime and other programs run without TensorFlow."""
