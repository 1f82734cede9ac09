"""Conversion of the spectrum frame by frame, by a variational autoencoder with speaker embeddings."""

import numpy as np

from vconv.audio import mel_cepstrum
from vconv.features.acoustic import mel_cepstra
from vconv.features.normalizers import SpectrumNormalizer
from vconv.spectral_conversion.acoustic_converter import AcousticConverter
from vconv.spectral_conversion.encoded import Prediction

CHUNK_FRAMES = 256  # frames converted at once; bounds the memory for long recordings, and fits the cache


class FrameConverter(AcousticConverter):
    """Converts the spectrum of each frame independently (Hsu et al. 2016, arXiv 1610.04019, section 4).

    The power of the prediction is the source's. Without source mix and variance restoration, the result is exactly what
    the network predicts, as published.

    Parameters
    ----------
    network : vconv.spectral_conversion.network.Network
        (frame float32 [batch, K], speaker embedding) → frame float32 [batch, K].
    statistics, conversion, transforms
        Parameters of `AcousticConverter`.
    """

    uses_spectrum = True

    def __init__(self, network, statistics, conversion, transforms=None):
        super().__init__(network, statistics, conversion, transforms)
        self.normalizer = SpectrumNormalizer(statistics.spectrum_low, statistics.spectrum_high)
        self._corrects = bool(self.gv or self.source_mix)

    def content(self, acoustic, frames, speaker):
        """Return the normalized spectrum, float32 [T, K]."""
        return self.normalizer.forward(frames.spectrum)

    def target_facts(self, blocks, target):
        """Return what predictions need to know about the whole recording: nothing without corrections."""
        return super().target_facts(blocks, target) if self._corrects else None

    def predict(self, encoded, target, facts=None):
        """Return log10(power / energy) [T, K] for the `Blend` of speakers `target`, and the energy [T]."""
        if self._corrects:
            return super().predict(encoded, target, facts)
        return self._predicted_spectrum(encoded, target), encoded.energy

    def predicted(self, encoded, target):
        """Return the `Prediction` of the network, with the power of the source."""
        log_spectrum = self._predicted_spectrum(encoded, target)
        acoustic = mel_cepstra(log_spectrum, np.ones(len(log_spectrum)), self.rate)
        acoustic[:, 0] = encoded.acoustic[:, 0]
        return Prediction(acoustic, log_spectrum)

    def log_spectrum(self, acoustic, prediction):
        """Return the predicted log10(power / energy) [T, K], moved by the change of the mel-cepstrum.

        What the mel-cepstrum does not describe stays as predicted, and so does the sum over the bins.
        """
        change = acoustic - prediction.acoustic
        change[:, 0] = 0  # the level is in the energy
        factor = mel_cepstrum.to_spectrum(change, self.bins, mel_cepstrum.mel_alpha(self.rate))
        predicted = 10 ** prediction.log_spectrum.astype(np.float64)
        moved = predicted * factor
        return np.log10(moved * (predicted.sum(axis=1, keepdims=True) / moved.sum(axis=1, keepdims=True)))

    def _predicted_spectrum(self, encoded, target):
        """Return the predicted log10(power / energy), float32 [T, K]."""
        x, speaker = encoded.content, target.mean(self._network.embeddings)
        chunks = [self._network(x[start : start + CHUNK_FRAMES], speaker) for start in range(0, len(x), CHUNK_FRAMES)]
        return self.normalizer.inverse(np.concatenate(chunks))
