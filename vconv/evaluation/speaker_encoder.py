"""A voice as one vector, by a network trained to tell speakers apart (extra `neural`)."""

import numpy as np

from vconv.common.errors import VconvError
from vconv.evaluation.neural_packages import package, speech

# The RMS of what is embedded, -30 dB below full scale. Resemblyzer raises softer signals to it but leaves louder ones
# as they are, and 6 dB turn an embedding so far that its cosine with itself is 0.96.
LEVEL = 10 ** (-30 / 20)


class SpeakerEncoder:
    """Resemblyzer's encoder, whose weights come with the package.

    An LSTM trained on the generalized end-to-end loss (Wan et al. 2018, "Generalized end-to-end loss for speaker
    verification", arXiv 1710.10467). Loading it raises `VconvError` where the package is missing.
    """

    def __init__(self):
        self._resemblyzer = package("resemblyzer")
        self._encoder = self._resemblyzer.VoiceEncoder("cpu", verbose=False)

    def embed(self, y, rate):
        """Describe the voice in a signal.

        Parameters
        ----------
        y : ndarray [samples]
            Best of 1.6 s and more: what is missing to that is filled with silence.
        rate : int
            In Hz.

        Returns
        -------
        embedding : ndarray [256], float32
            Of unit length, no element negative, the same at any level; two voices compare by their dot product.

        Raises
        ------
        VconvError
            The signal is too short, silent or not finite, or holds no speech.
        """
        y = speech(y, rate)
        voiced = self._resemblyzer.preprocess_wav(y * (LEVEL / np.sqrt(np.mean(y**2))))
        if not len(voiced):
            raise VconvError("no speech was found in the signal, so it has no speaker; check the recording")
        return self._encoder.embed_utterance(voiced)
