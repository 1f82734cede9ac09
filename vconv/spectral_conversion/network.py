"""A network for conversion, run by ONNX Runtime without TensorFlow."""

import json

import numpy as np
import onnxruntime

from vconv.common.errors import VconvError
from vconv.spectral_conversion import residual_network
from vconv.spectral_conversion.network_stream import ContextStream, ResidualStream

ERRORS_ONLY = 3  # severity of what ONNX Runtime logs
TOLERANCE = 1e-4  # relative to the largest output; weights that are taken for others give differences about 1


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
    fine_tuned : dict
        Number of an added speaker → the `Network` that predicts for that speaker; empty unless it is set.
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
        self._content, self.fine_tuned = content, {}

    def __call__(self, x, embedding):
        """Return the output for `x` and one speaker embedding [E]."""
        speaker = np.tile(embedding, (len(x), 1))
        return self._session.run(None, {self._input: x, self._speaker: speaker})[0]

    def stream(self, reach, step, provisional):
        """Return this network, over time, for frames that come a few at a time.

        Parameters
        ----------
        reach : (int, int)
            Frames that it looks back and ahead.
        step : int
            Every `step`-th frame of the stream is the network's next one: so many utterances are interleaved.
        provisional : int
            The largest number of provisional outputs.

        Returns
        -------
        stream : ResidualStream or ContextStream
            The latter if the graph is not of the form that `residual_network` reads.
        """
        try:
            layers = residual_network.layers_of(self._content)
            if self._equals(layers, reach):
                return ResidualStream([layer.spread(step) for layer in layers], provisional)
        except ValueError:  # another form
            pass
        return ContextStream(self, reach, step, provisional)

    def _equals(self, layers, reach):
        """Return whether layers look as far as `reach`, and give what this network gives for an utterance of noise."""
        if (sum(layer.before for layer in layers), sum(layer.after for layer in layers)) != tuple(reach):
            return False
        frames = sum(reach) + 1
        x = np.random.default_rng(0).standard_normal((frames, layers[0].channels), np.float32)
        expected = self(x[None], self.embeddings[0])[0]
        found, _ = ResidualStream(layers, frames).push(x, self.embeddings[0])
        return np.abs(found - expected).max() <= TOLERANCE * np.abs(expected).max()
