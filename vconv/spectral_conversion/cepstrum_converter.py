"""Conversion of the acoustic features of an utterance, with source mix and variance restoration."""

from typing import NamedTuple

import numpy as np

from vconv.audio import f0, mel_cepstrum
from vconv.audio.smoothing import gaussian_filter1d
from vconv.features import content
from vconv.features.acoustic import FRAME_STEP, POWER_UNIT_DB, TRANSFORMED, relative_power
from vconv.features.normalizers import AcousticNormalizer
from vconv.features.running_statistics import Moments
from vconv.spectral_conversion.speaker_statistics import SourceStatistics
from vconv.spectral_conversion.speech_facts import SpeechFacts

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


class CepstrumTarget(NamedTuple):
    """What the prediction for a target speaker needs to know about the whole recording.

    Attributes
    ----------
    moments : Moments
        Of the acoustic features [40] without variance restoration, over speech frames.
    energy : ndarray [T]
        Of the prediction.
    """

    moments: Moments
    energy: np.ndarray

    def part(self, frames):
        """Return the facts for the frames of a slice."""
        return self._replace(energy=self.energy[frames])


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
    reach : (int, int)
        Frames that the network looks back and ahead, with a hop of 10 ms.
    """

    convert_f0, uses_spectrum = staticmethod(f0.convert_by_percentiles), False

    def __init__(self, network, statistics, conversion, transforms, reach):
        self.rate, self.bins = statistics.settings["sample_rate"], len(statistics.spectrum_low)
        self.statistics, self.transforms = statistics, transforms
        self.source_statistics, self.normalizer = SourceStatistics(statistics), AcousticNormalizer(statistics)
        self.encoder = content.encoder_of(statistics.settings)
        self.gv, self.source_mix, self.resynthesis_iterations, self.keep_source_silence = (
            conversion[key] for key in ("gv", "source_mix", "resynthesis_iterations", "keep_source_silence")
        )
        self._network, self.reach = network, reach

    def running(self, source):
        """Return the `RunningCepstrum` that converts a stream of a speaker (its number, None if unseen)."""
        from vconv.spectral_conversion.running_cepstrum import RunningCepstrum

        return RunningCepstrum(self, source)

    def encode(self, frames, source, facts=None):
        """Return the `EncodedUtterance` of `Frames`.

        `source` is the speaker's number, None for an unseen speaker. `facts` are the `SpeechFacts` of a part of a
        recording; left out for a whole one.
        """
        facts = facts or SpeechFacts.of(frames)
        acoustic, speech = facts.acoustic(frames), facts.moments
        speaker = self.source_statistics.of(source, speech)
        ratio = speech.variance / np.maximum(speaker.variance, TINY)
        return EncodedUtterance(
            source,
            self.encoder.encode(acoustic, frames, speaker.mean, speaker.std),
            (acoustic - speaker.mean) / speaker.std,
            facts.mask,
            np.clip(ratio, LARGEST_SCALE**-2, LARGEST_SCALE**2),
            frames.energy,
        )

    def target_facts(self, blocks, target):
        """Return the `CepstrumTarget` of a recording that is encoded in blocks, for a `Blend` of speakers.

        `blocks` yields (EncodedUtterance, slice of the frames that no other block has), in order.
        """
        moments, power, parts = Moments(), [], []
        for encoded, core in blocks:
            mixed = self.mixed(encoded, target)[core]
            moments += Moments.of(mixed[encoded.mask[core]])
            power.append(mixed[:, 0])
            parts.append((encoded.mask[core], encoded.energy[core]))
        whole = encoded._replace(mask=np.concatenate([mask for mask, _ in parts]))
        whole = whole._replace(energy=np.concatenate([energy for _, energy in parts]))
        mean, scale = moments.mean[0], self.scale(moments, whole, target)[0]
        return CepstrumTarget(moments, self._energy(mean + (np.concatenate(power) - mean) * scale, whole))

    def predict(self, encoded, target, facts=None):
        """Return log10(power / energy) [T, K] and energy [T] for the `Blend` of speakers `target`.

        `facts` is the part of the recording's `CepstrumTarget` for these frames; left out for a whole recording.
        """
        mixed = self.mixed(encoded, target)
        moments = facts.moments if facts else Moments.of(mixed[encoded.mask])
        acoustic = moments.mean + (mixed - moments.mean) * self.scale(moments, encoded, target)
        energy = facts.energy if facts else self._energy(acoustic[:, 0], encoded)
        return self.log_spectrum(acoustic), energy

    def log_spectrum(self, acoustic):
        """Return log10(power / energy) [T, K] of acoustic features [T, 40]."""
        shape = acoustic.copy()
        shape[:, 0] = 0  # the level is in the energy
        spectrum = mel_cepstrum.to_spectrum(shape, self.bins, mel_cepstrum.mel_alpha(self.rate))
        return np.log10(spectrum / spectrum.sum(axis=1, keepdims=True))

    def mixed(self, encoded, target):
        """Return the predicted acoustic features [T, 40], with the share of the source's own features."""
        mixed = (1 - self.source_mix) * self._predicted(encoded, target)
        return mixed + self.source_mix * self._transformed(encoded, target)

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
        affine = (
            transforms[self.statistics.trained].mean(axis=0) if encoded.source is None else transforms[encoded.source]
        )
        normalized[:, TRANSFORMED] = normalized[:, TRANSFORMED] @ affine[:-1] + affine[-1]
        return normalized * target.mean(self.statistics.acoustic_std) + target.mean(self.statistics.acoustic_mean)

    def scale(self, moments, encoded, target):
        """Return the factors [40] on acoustic features with `moments` that restore the target's variance.

        Their strength is `gv`.
        """
        target_variance = target.mean(self.statistics.acoustic_variance) * encoded.variance_ratio
        scale = np.sqrt(target_variance / np.maximum(moments.variance, TINY)) ** self.gv
        return np.clip(scale, 1 / LARGEST_SCALE, LARGEST_SCALE)

    def _energy(self, power, encoded):
        """Return the energy [T] of frames with relative power [T]; its sum over the utterance is that of the source.

        Pauses keep the energy of the source, because their frames are not matched. The change of energy is smoothed
        over a few frames.
        """
        energy = changed_energy(encoded.energy, power - relative_power(encoded.energy), encoded.mask)
        return energy * (encoded.energy.sum() / energy.sum())


def changed_energy(energy, change, mask):
    """Return the energy [T] of frames whose relative power changes by `change` [T] where the speech mask [T] is true.

    The change is smoothed over a few frames.
    """
    smoothed = gaussian_filter1d(np.where(mask, change, 0), FADE_FRAMES)
    return energy * 10 ** (POWER_UNIT_DB / 10 * smoothed)
