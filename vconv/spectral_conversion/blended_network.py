"""The network of a voice for a blend of speakers, of whom some may have a network of their own."""

import numpy as np

from vconv.spectral_conversion.blend import Blend

SHARED = None  # key of the network of all speakers without one of their own


class BlendedNetwork:
    """(content float32 [batch, T, C], Blend) → normalized acoustic features float32 [batch, T, A].

    A speaker with a fine-tuned network is predicted by it, all others together by the shared network, from the mean of
    their embeddings. The result is the weighted mean of the predictions.

    Parameters
    ----------
    network : vconv.spectral_conversion.network.Network
    """

    def __init__(self, network):
        self._networks = {SHARED: network} | network.fine_tuned

    def __call__(self, content, target):
        """Return the prediction for a `Blend` of speakers."""
        inputs = self._inputs(target).items()
        return sum(
            np.float32(weight) * self._networks[key](content, embedding)
            for key, (weight, embedding) in inputs
            if weight
        )

    def stream(self, reach, step, provisional):
        """Return (content [n, C], Blend) → (outputs, final) for frames that come a few at a time.

        All networks get all frames, so that the target may change. Parameters and results are those of
        `Network.stream` and `ResidualStream.push`.
        """
        streams = {key: network.stream(reach, step, provisional) for key, network in self._networks.items()}

        def push(content, target):
            blended = 0
            for key, (weight, embedding) in self._inputs(target).items():
                outputs, final = streams[key].push(content, embedding)
                blended = blended + np.float32(weight) * outputs
            return blended, final

        return push

    def _inputs(self, target):
        """Return {key: (weight, embedding)} of all networks for a `Blend`."""
        embeddings = self._networks[SHARED].embeddings  # of a network in training they change
        own = {number: weight for number, weight in target.weights if number in self._networks}
        rest = [(number, weight) for number, weight in target.weights if number not in own]
        share = sum(weight for _, weight in rest)
        # Alone, the shared network gets the mean of the embeddings as it is, without the rounding of a division.
        shared = Blend(tuple((number, weight / share) for number, weight in rest)) if own and rest else target
        inputs = {SHARED: (share if own else 1.0, shared.mean(embeddings))}
        fine_tuned = [key for key in self._networks if key is not SHARED]
        return inputs | {number: (own.get(number, 0.0), embeddings[number]) for number in fine_tuned}
