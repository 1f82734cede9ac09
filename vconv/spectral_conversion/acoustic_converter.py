"""Conversion of the acoustic features of an utterance, with source mix and variance restoration."""

import numpy as np

from vconv.audio import f0
from vconv.audio.smoothing import gaussian_filter1d
from vconv.features.acoustic import POWER_UNIT_DB, TRANSFORMED, relative_power
from vconv.features.running_statistics import Moments
from vconv.spectral_conversion.encoded import EncodedUtterance, TargetFacts
from vconv.spectral_conversion.speaker_statistics import SourceStatistics
from vconv.spectral_conversion.speech_facts import SpeechFacts

TINY = np.finfo(float).tiny
FADE_FRAMES = 2.0  # standard deviation of the Gaussian that smooths the change of energy between speech and pause
LARGEST_SCALE = 3.0  # largest factor on a standard deviation, and its inverse: one word varies less than a speaker
F0_CONVERSIONS = {"linear": f0.convert_linear, "percentiles": f0.convert_by_percentiles}  # `conversion.f0`


class AcousticConverter:
    """Base class: a network predicts, and two corrections are applied to the acoustic features of the prediction.

    Source mix: a network predicts the mean of many frames, which makes words less intelligible. Therefore a share of
    the source's own features is mixed in, transformed to the target: with affine transforms, coefficients 1 to 24 by
    the one between the speakers (for an unseen source, by the mean of all transforms to the target); all others by mean
    and standard deviation.

    Variance restoration: predictions vary less than natural features. Each feature is scaled to the target's variance
    within an utterance times the utterance variance ratio (Toda, Black and Tokuda 2007, in the form of Silén, Helander,
    Nurminen and Gabbouj 2012, "Ways to implement global variance in statistical speech synthesis", Interspeech).

    A subclass defines `content`, `predicted` and `log_spectrum`.

    Parameters
    ----------
    network : vconv.spectral_conversion.network.Network
    statistics : vconv.features.statistics.Statistics
    conversion : dict
        The section `conversion` of the model's settings.
    transforms : ndarray [S, S, 25, 24] or None
        Affine transforms, [target, source].

    Attributes
    ----------
    reach : (int, int)
        Frames that the network looks back and ahead, with a hop of 10 ms.
    """

    reach = (0, 0)

    def __init__(self, network, statistics, conversion, transforms=None):
        self.rate, self.bins = statistics.settings["sample_rate"], len(statistics.spectrum_low)
        self.statistics, self.transforms = statistics, transforms
        self.source_statistics = SourceStatistics(statistics)
        self.gv, self.source_mix, self.resynthesis_iterations, self.keep_source_silence = (
            conversion[key] for key in ("gv", "source_mix", "resynthesis_iterations", "keep_source_silence")
        )
        self.convert_f0 = F0_CONVERSIONS[conversion["f0"]]
        self._network = network

    def running(self, source):
        """Return the `RunningCepstrum` that converts a stream of a speaker (its number, None if unseen)."""
        from vconv.spectral_conversion.running_cepstrum import RunningCepstrum

        return RunningCepstrum(self, source)

    def predictor(self, near):
        """Return what predicts the frames of a stream, as `RunningPrediction` does.

        Here the network predicts each frame for itself, so that the frames that are wanted are the new ones.
        """
        return lambda new, wanted, target: self.predicted(new, target)

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
            self.content(acoustic, frames, speaker),
            acoustic,
            (acoustic - speaker.mean) / speaker.std,
            facts.mask,
            np.clip(ratio, LARGEST_SCALE**-2, LARGEST_SCALE**2),
            frames.energy,
        )

    def target_facts(self, blocks, target):
        """Return the `TargetFacts` of a recording that is encoded in blocks, for a `Blend` of speakers.

        `blocks` yields (EncodedUtterance, slice of the frames that no other block has), in order.
        """
        moments, power, parts = Moments(), [], []
        for encoded, core in blocks:
            mixed = self.mixed(self.predicted(encoded, target), encoded, target)[core]
            moments += Moments.of(mixed[encoded.mask[core]])
            power.append(mixed[:, 0])
            parts.append((encoded.mask[core], encoded.energy[core]))
        whole = encoded._replace(mask=np.concatenate([mask for mask, _ in parts]))
        whole = whole._replace(energy=np.concatenate([energy for _, energy in parts]))
        mean, scale = moments.mean[0], self.scale(moments, whole, target)[0]
        return TargetFacts(moments, self._energy(mean + (np.concatenate(power) - mean) * scale, whole))

    def predict(self, encoded, target, facts=None):
        """Return log10(power / energy) [T, K] and energy [T] for the `Blend` of speakers `target`.

        `facts` is the part of the recording's `TargetFacts` for these frames; left out for a whole recording.
        """
        prediction = self.predicted(encoded, target)
        mixed = self.mixed(prediction, encoded, target)
        moments = facts.moments if facts else Moments.of(mixed[encoded.mask])
        acoustic = moments.mean + (mixed - moments.mean) * self.scale(moments, encoded, target)
        energy = facts.energy if facts else self._energy(acoustic[:, 0], encoded)
        return self.log_spectrum(acoustic, prediction), energy

    def content(self, acoustic, frames, speaker):
        """Return the input of the network, float32 [T, …].

        Parameters
        ----------
        acoustic : ndarray [T, 40]
        frames : vconv.features.schema.Frames
        speaker : vconv.spectral_conversion.speaker_statistics.SpeakerStatistics
            Of the source.
        """
        raise NotImplementedError

    def predicted(self, encoded, target):
        """Return the `Prediction` of the network for a `Blend` of speakers."""
        raise NotImplementedError

    def log_spectrum(self, acoustic, prediction):
        """Return log10(power / energy) [T, K] of a `Prediction` that was corrected to acoustic features [T, 40]."""
        raise NotImplementedError

    def usual_share(self, source):
        """Return the usual variance of predictions, relative to the natural variance of the target.

        `source` is the speaker's number, None for an unseen speaker. The result is a number, or [40]. A stream begins
        with it.
        """
        return 1.0

    def mixed(self, prediction, encoded, target):
        """Return the acoustic features [T, 40] of a prediction, with the share of the source's own features."""
        mixed = (1 - self.source_mix) * prediction.acoustic
        return mixed + self.source_mix * self._transformed(encoded, target)

    def _transformed(self, encoded, target):
        """Return the source's own acoustic features [T, 40], transformed to the target."""
        normalized = encoded.normalized.copy()
        if self.transforms is not None:
            transforms, trained = target.mean(self.transforms), self.statistics.trained
            affine = transforms[trained].mean(axis=0) if encoded.source is None else transforms[encoded.source]
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
