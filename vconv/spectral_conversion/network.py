"""A network for conversion, run by ONNX Runtime without TensorFlow."""

import json

import numpy as np
import onnxruntime

from vconv.common.errors import VconvError

ERRORS_ONLY = 3  # severity of what ONNX Runtime logs


class Network:
    """(x float32 [batch, …], speaker embedding float32 [E]) → float32 [batch, …].

    It runs on one thread, so that the result does not depend on the number of cores.

    Parameters
    ----------
    content : bytes
        An ONNX model with the two inputs, whose metadata have `speaker_embeddings`.

    Attributes
    ----------
    embeddings : ndarray [S, E], float32
        Of the speakers; a mixture of them is an embedding, too.
    metadata : dict
        Name → text.

    Raises
    ------
    VconvError
        The content is no such model, or it is damaged.
    """

    def __init__(self, content):
        onnxruntime.set_default_logger_severity(ERRORS_ONLY)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        try:
            self._session = onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])
            self._input, self._speaker = (tensor.name for tensor in self._session.get_inputs())
            self.metadata = self._session.get_modelmeta().custom_metadata_map
            self.embeddings = np.array(json.loads(self.metadata["speaker_embeddings"]), np.float32)
        except Exception as error:  # the types of ONNX Runtime's errors have no common base
            reason = str(error).splitlines()[0] if str(error) else type(error).__name__
            raise VconvError(f"holds no network for conversion, or a damaged one ({reason})") from error

    def __call__(self, x, embedding):
        """Return the output for `x` and one speaker embedding [E]."""
        speaker = np.tile(embedding, (len(x), 1))
        return self._session.run(None, {self._input: x, self._speaker: speaker})[0]
