"""Speaker embeddings by a network trained for speaker verification (extra `neural`)."""

import numpy as np

from vconv.common.errors import VconvError
from vconv.evaluation.neural_packages import package, speech

# RMS of the signal to embed, -30 dB relative to full scale. Resemblyzer amplifies softer signals to this level and does
# not attenuate louder ones. A level difference of 6 dB lowers the cosine of an embedding with itself to 0.96.
LEVEL = 10 ** (-30 / 20)


class SpeakerEncoder:
    """The encoder of Resemblyzer, whose weights come with the package.

    An LSTM trained with the generalized end-to-end loss (Wan et al. 2018, "Generalized end-to-end loss for speaker
    verification", arXiv 1710.10467).

    Raises
    ------
    VconvError
        The package is missing.
    """

    def __init__(self):
        self._resemblyzer = package("resemblyzer")
        self._encoder = self._resemblyzer.VoiceEncoder("cpu", verbose=False)

    def embed(self, y, rate):
        """Return the speaker embedding of a signal.

        Parameters
        ----------
        y : ndarray [samples]
            Preferably 1.6 s or longer; a shorter signal is padded with silence.
        rate : int
            In Hz.

        Returns
        -------
        embedding : ndarray [256], float32
            Of unit length, without negative elements, independent of the signal's level. The cosine of two embeddings
            is their dot product.

        Raises
        ------
        VconvError
            The signal is too short, silent or not finite, or holds no speech.
        """
        y = speech(y, rate)
        voiced = self._resemblyzer.preprocess_wav(y * (LEVEL / np.sqrt(np.mean(y**2))))
        if not len(voiced):
            raise VconvError("no speech was found in the signal, so it has no speaker embedding; check the recording")
        return self._encoder.embed_utterance(voiced)
