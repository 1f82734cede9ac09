"""Conversion by a network that predicts acoustic features of a whole utterance."""

import numpy as np

from vconv.audio import mel_cepstrum
from vconv.features import content
from vconv.features.acoustic import ACOUSTIC_SIZE, FRAME_STEP
from vconv.features.normalizers import AcousticNormalizer
from vconv.spectral_conversion.acoustic_converter import AcousticConverter
from vconv.spectral_conversion.blended_network import BlendedNetwork
from vconv.spectral_conversion.encoded import Prediction
from vconv.spectral_conversion.example_correction import ExampleCorrection
from vconv.spectral_conversion.running_prediction import RunningPrediction

# ln(variance of a prediction / natural variance) at some acoustic features, interpolated between them, and what an
# unseen source adds, whose own share is the mean of many transforms. Pairs of the ready voices differ by 0.3 from it
# (benchmarks/predicted_variance.py).
FEATURES, USUAL_LOG_SHARES, OF_UNSEEN = (0, 7, 24, 25, 39), (-0.3, -0.5, -1.5, -2.3, -2.5), -0.25


class CepstrumConverter(AcousticConverter):
    """Predicts relative power and mel-cepstral coefficients 1 to 39 from the content of the source.

    Parameters
    ----------
    network : vconv.spectral_conversion.network.Network
        (content float32 [1, n, C], speaker embedding) → normalized acoustic features float32 [1, n, 40].
    reach : (int, int)
        As of `AcousticConverter`.
    statistics, conversion, transforms
        Parameters of `AcousticConverter`.
    examples : vconv.spectral_conversion.example_correction.Examples, optional
        Of added speakers; predictions for them are corrected.
    """

    uses_spectrum = False

    def __init__(self, network, statistics, conversion, transforms, reach, examples=None):
        super().__init__(network, statistics, conversion, transforms)
        self.normalizer, self.encoder = AcousticNormalizer(statistics), content.encoder_of(statistics.settings)
        self.reach, self._blended = reach, BlendedNetwork(network)
        self._correction = None if examples is None else ExampleCorrection(examples)

    def content(self, acoustic, frames, speaker):
        """Return the content, float32 [T, C]."""
        return self.encoder.encode(acoustic, frames, speaker.mean, speaker.std)

    def predictor(self, near):
        """Return the `RunningPrediction` of a stream; `near` is its number of provisional outputs."""
        return RunningPrediction(self._blended.stream(self.reach, FRAME_STEP, near), self._prediction)

    def predicted(self, encoded, target):
        """Return the `Prediction` of the network, which takes every second frame."""
        x = np.empty((len(encoded.content), len(self.normalizer.std)), np.float32)
        for first in range(FRAME_STEP):  # even and odd frames are predicted separately
            frames = encoded.content[None, first::FRAME_STEP]
            x[first::FRAME_STEP] = self._blended(frames, target)[0]
        return self._prediction(x, target)

    def _prediction(self, x, target):
        """Return outputs of the network, [T, 40], as `Prediction`."""
        return Prediction(self.normalizer.inverse(x, target.mean(self.statistics.acoustic_mean)))

    def mixed(self, prediction, encoded, target):
        """Return the acoustic features [T, 40] as `AcousticConverter` does, from the corrected prediction."""
        if self._correction:
            prediction = Prediction(self._corrected(prediction.acoustic, target))
        return super().mixed(prediction, encoded, target)

    def _corrected(self, acoustic, target):
        """Return predicted acoustic features [T, 40], corrected by the examples of added speakers."""
        mean = target.mean(self.statistics.acoustic_mean)
        x = self.normalizer.forward(acoustic, mean)
        for first in range(FRAME_STEP):
            x[first::FRAME_STEP] = self._correction(x[first::FRAME_STEP], target)
        return self.normalizer.inverse(x, mean)

    def usual_share(self, source):
        """Return the share [40] that was measured with the ready voices."""
        log_share = np.interp(np.arange(ACOUSTIC_SIZE), FEATURES, USUAL_LOG_SHARES)
        return np.exp(log_share + OF_UNSEEN * (source is None))

    def log_spectrum(self, acoustic, prediction):
        """Return log10(power / energy) [T, K] of acoustic features [T, 40]."""
        shape = acoustic.copy()
        shape[:, 0] = 0  # the level is in the energy
        spectrum = mel_cepstrum.to_spectrum(shape, self.bins, mel_cepstrum.mel_alpha(self.rate))
        return np.log10(spectrum / spectrum.sum(axis=1, keepdims=True))
