"""A network over time that gets its frames a few at a time.

An output is final as soon as all frames are there that the network looks ahead. The outputs after it are provisional:
those of an utterance that ends with the newest frame, beyond which the network sees zeros. Some of them are given, too.

`Network.stream` chooses between the two classes, which give the same outputs.
"""

import numpy as np


class ResidualStream:
    """Runs a network of residual convolutions, which keep their state: each frame is computed once.

    Parameters
    ----------
    layers : sequence of vconv.spectral_conversion.residual_network.Layer
    provisional : int
        The largest number of provisional outputs.
    """

    def __init__(self, layers, provisional):
        self._layers = layers
        # Provisional outputs of each layer: so many more as the layers after it look ahead.
        ahead = [layer.after for layer in layers]
        self._provisional = [provisional + sum(ahead[number:]) for number in range(1, len(layers) + 1)]
        # Of each convolution: what its next final output needs (at first its zero padding), what is added to that
        # output, and the zeros that stand for the frames to come.
        self._before = [np.zeros((layer.before, layer.channels), np.float32) for layer in layers]
        self._added = [np.zeros((0, layer.channels), np.float32) for layer in layers]
        self._ahead = [np.zeros((layer.after, layer.channels), np.float32) for layer in layers]
        self._embedding, self._activations = None, ()

    def push(self, content, embedding):
        """Add frames.

        Parameters
        ----------
        content : ndarray [n, C], float32
        embedding : ndarray [E], float32
            Of the speaker.

        Returns
        -------
        outputs : ndarray [m, A], float32
            The outputs after the last final one of the call before.
        final : int
            How many of them are final.
        """
        if not np.array_equal(embedding, self._embedding):
            self._embedding = embedding
            self._activations = [layer.activation and layer.activation.of(embedding) for layer in self._layers]
        x, final = content, len(content)
        for number in range(len(self._layers)):
            x, final = self._layer_outputs(number, x, final)
        return x, final

    def _layer_outputs(self, number, x, final):
        """Return outputs of a layer and how many are final, from its next inputs, of which `final` are final."""
        layer, activation, before = self._layers[number], self._activations[number], self._before[number]
        inputs = np.concatenate([before, activation(x) if activation else x, self._ahead[number]])
        done = max(0, len(before) + final - layer.extent)
        y = layer.convolved(inputs, min(len(inputs) - layer.extent, done + self._provisional[number]))
        self._before[number] = inputs[done : len(before) + final]
        if layer.residual:
            added = np.concatenate([self._added[number], x])
            y += added[: len(y)]
            self._added[number] = added[done : len(added) - len(x) + final]
        return y, done


class ContextStream:
    """Runs a network of any kind over the whole receptive field of each frame.

    Parameters
    ----------
    network : vconv.spectral_conversion.network.Network
        (x float32 [1, n, C], speaker embedding) → float32 [1, n, A].
    reach, step, provisional
        As of `Network.stream`.
    """

    def __init__(self, network, reach, step, provisional):
        self._network, self._step, self._provisional = network, step, provisional
        self._back, self._ahead = (step * frames for frames in reach)
        self._content, self._done = None, 0  # what the next final output needs, and the number of outputs before it

    def push(self, content, embedding):
        """Add frames; parameters and results as of `ResidualStream.push`."""
        if self._content is not None:
            content = np.concatenate([self._content, content])
        phases = range(min(self._step, len(content)))
        parts = [self._network(content[None, first :: self._step], embedding)[0] for first in phases]
        y = np.empty((len(content), parts[0].shape[1]), np.float32)
        for first, part in enumerate(parts):
            y[first :: self._step] = part
        done = max(self._done, len(content) - self._ahead)
        outputs, final = y[self._done : done + self._provisional], done - self._done
        forgotten = max(0, done - self._back)
        self._content, self._done = content[forgotten:], done - forgotten
        return outputs, final
