"""What a network that looks back and ahead predicts of the frames of a stream."""

import numpy as np

from vconv.features.acoustic import ACOUSTIC_SIZE


class RunningPrediction:
    """Predicts frames that come in blocks.

    A frame keeps the content that it had when it came, although the statistics of the speaker go on.

    Parameters
    ----------
    predict : callable
        As of `vconv.spectral_conversion.blended_network.BlendedNetwork.stream`.
    prediction : callable
        (outputs of the network [n, 40], Blend) → Prediction.
    """

    def __init__(self, predict, prediction):
        self._predict, self._prediction = predict, prediction
        self._outputs, self._first = np.zeros((0, ACOUSTIC_SIZE), np.float32), 0  # the number of the first of them

    def __call__(self, new, wanted, target):
        """Return the `Prediction` of the frames with the numbers of a slice; no earlier ones can be had later.

        Parameters
        ----------
        new : vconv.spectral_conversion.encoded.EncodedUtterance
            The frames that come next.
        wanted : slice
            Up to the last frame that came; as many after the last final output as the stream has provisional ones.
        target : vconv.spectral_conversion.blend.Blend
        """
        outputs, final = self._predict(new.content, target)
        known = np.concatenate([self._outputs[wanted.start - self._first :], outputs])
        self._outputs, self._first = known[: len(known) - len(outputs) + final], wanted.start
        return self._prediction(known[: wanted.stop - wanted.start], target)
