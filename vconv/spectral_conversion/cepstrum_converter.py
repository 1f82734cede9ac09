"""Conversion of the acoustic features of an utterance, with source mix and variance restoration."""

from typing import NamedTuple

import numpy as np

from vconv.audio import f0, mel_cepstrum
from vconv.audio.smoothing import gaussian_filter1d
from vconv.features import content
from vconv.features.acoustic import (
    FRAME_STEP,
    POWER_UNIT_DB,
    TRANSFORMED,
    acoustic_features,
    relative_power,
    speech_mask,
)
from vconv.features.normalizers import AcousticNormalizer
from vconv.spectral_conversion.speaker_statistics import SourceStatistics

TINY = np.finfo(float).tiny
FADE_FRAMES = 2.0  # standard deviation of the Gaussian that smooths the change of energy between speech and pause
LARGEST_SCALE = 3.0  # largest factor on a standard deviation, and its inverse: one word varies less than a speaker


class EncodedUtterance(NamedTuple):
    """The features of an utterance that do not depend on the target speaker.

    Attributes
    ----------
    source : int or None
        Number of the source speaker; None for an unseen speaker.
    content : ndarray [T, C], float32
    normalized : ndarray [T, 40], float64
        Acoustic features relative to the speaker's mean and standard deviation.
    mask : ndarray [T], bool
        The speech mask.
    variance_ratio : ndarray [40], float64
        Utterance variance ratio: variance within the utterance divided by the speaker's usual variance within one.
    energy : ndarray [T]
    """

    source: int | None
    content: np.ndarray
    normalized: np.ndarray
    mask: np.ndarray
    variance_ratio: np.ndarray
    energy: np.ndarray


class CepstrumConverter:
    """Predicts relative power and mel-cepstral coefficients 1 to 39 by a network, and applies two corrections.

    Source mix: the network predicts the mean of all matched frames. Some of these are of other sounds, which makes
    words less intelligible. Therefore a share of the source's own features is mixed in, transformed to the target:
    coefficients 1 to 24 by the affine transform between the speakers (for an unseen source, by the mean of all
    transforms to the target), the others by mean and standard deviation.

    Variance restoration: predictions vary less than natural features. Each feature is scaled to the target's variance
    within an utterance times the utterance variance ratio (Toda, Black and Tokuda 2007, in the form of Silén, Helander,
    Nurminen and Gabbouj 2012, "Ways to implement global variance in statistical speech synthesis", Interspeech).

    Parameters
    ----------
    network : vconv.spectral_conversion.network.Network
        (content float32 [1, n, C], speaker embedding) → normalized acoustic features float32 [1, n, 40].
    statistics : vconv.features.statistics.Statistics
    conversion : dict
        The section `conversion` of the model's settings.
    transforms : ndarray [S, S, 25, 24]
        Affine transforms, [target, source].
    """

    convert_f0 = staticmethod(f0.convert_by_percentiles)

    def __init__(self, network, statistics, conversion, transforms):
        self.rate, self.bins = statistics.settings["sample_rate"], len(statistics.spectrum_low)
        self.statistics, self.transforms = statistics, transforms
        self.source_statistics, self.normalizer = SourceStatistics(statistics), AcousticNormalizer(statistics)
        self.encoder = content.encoder_of(statistics.settings)
        self.gv, self.source_mix, self.resynthesis_iterations, self.keep_source_silence = (
            conversion[key] for key in ("gv", "source_mix", "resynthesis_iterations", "keep_source_silence")
        )
        self._network = network

    def encode(self, frames, source):
        """Return the `EncodedUtterance` of `Frames`; `source` is the speaker's number, None for an unseen speaker."""
        acoustic, mask = acoustic_features(frames), speech_mask(frames.energy)
        speech = acoustic[mask]
        speaker = self.source_statistics.of(source, speech)
        ratio = speech.var(axis=0) / np.maximum(speaker.variance, TINY)
        return EncodedUtterance(
            source,
            self.encoder.encode(acoustic, frames, speaker.mean, speaker.std),
            (acoustic - speaker.mean) / speaker.std,
            mask,
            np.clip(ratio, LARGEST_SCALE**-2, LARGEST_SCALE**2),
            frames.energy,
        )

    def predict(self, encoded, target):
        """Return log10(power / energy) [T, K] and energy [T] for the `Blend` of speakers `target`."""
        mixed = (1 - self.source_mix) * self._predicted(encoded, target)
        mixed = mixed + self.source_mix * self._transformed(encoded, target)
        acoustic = self._with_variance(mixed, encoded, target)
        energy = self._energy(acoustic[:, 0], encoded)
        acoustic[:, 0] = 0  # the level is in the energy
        spectrum = mel_cepstrum.to_spectrum(acoustic, self.bins, mel_cepstrum.mel_alpha(self.rate))
        return np.log10(spectrum / spectrum.sum(axis=1, keepdims=True)), energy

    def _predicted(self, encoded, target):
        """Return the acoustic features [T, 40] predicted by the network, which takes every second frame."""
        x = np.empty((len(encoded.content), len(self.normalizer.std)), np.float32)
        for first in range(FRAME_STEP):  # even and odd frames are predicted separately
            frames = encoded.content[None, first::FRAME_STEP]
            x[first::FRAME_STEP] = self._network(frames, target.mean(self._network.embeddings))[0]
        return self.normalizer.inverse(x, target.mean(self.statistics.acoustic_mean))

    def _transformed(self, encoded, target):
        """Return the source's own acoustic features [T, 40], transformed to the target."""
        normalized, transforms = encoded.normalized.copy(), target.mean(self.transforms)
        affine = transforms.mean(axis=0) if encoded.source is None else transforms[encoded.source]
        normalized[:, TRANSFORMED] = normalized[:, TRANSFORMED] @ affine[:-1] + affine[-1]
        return normalized * target.mean(self.statistics.acoustic_std) + target.mean(self.statistics.acoustic_mean)

    def _with_variance(self, acoustic, encoded, target):
        """Return acoustic features [T, 40] with the variance of the target, restored with the strength `gv`."""
        mean, variance = acoustic[encoded.mask].mean(axis=0), acoustic[encoded.mask].var(axis=0)
        target_variance = target.mean(self.statistics.acoustic_variance) * encoded.variance_ratio
        scale = np.sqrt(target_variance / np.maximum(variance, TINY)) ** self.gv
        return mean + (acoustic - mean) * np.clip(scale, 1 / LARGEST_SCALE, LARGEST_SCALE)

    def _energy(self, power, encoded):
        """Return the energy [T] of frames with relative power [T]; its sum over the utterance is that of the source.

        Pauses keep the energy of the source, because their frames are not matched. The change of energy is smoothed
        over a few frames.
        """
        change = np.where(encoded.mask, power - relative_power(encoded.energy), 0)
        energy = encoded.energy * 10 ** (POWER_UNIT_DB / 10 * gaussian_filter1d(change, FADE_FRAMES))
        return energy * (encoded.energy.sum() / energy.sum())
