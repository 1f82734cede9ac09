"""A voice as one vector, by a network trained to tell speakers apart (extra `neural`)."""
from vconv.errors import VconvError
from vconv.evaluation.neural import package, speech


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
            Of unit length, no element negative; two voices compare by their dot product.

        Raises
        ------
        VconvError
            The signal is too short, silent or not finite, or holds no speech.
        """
        voiced = self._resemblyzer.preprocess_wav(speech(y, rate))
        if not len(voiced):
            raise VconvError("no speech was found in the signal, so it has no speaker; check the recording")
        return self._encoder.embed_utterance(voiced)
