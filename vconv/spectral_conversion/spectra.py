"""SPECTRA: frames of one voice → their spectra in another, by what the model learns from.

Each kind hears `Frames` once (`hear`) and says them in as many voices as wanted (`say`): log10(power / energy) and the
energy. `convert_f0` is the rule by which F0 goes from voice to voice (`vconv.audio.f0`), `resynthesis_iterations` how
often the sound is heard and mended (`audio.resynthesis`), `keep_source_silence` whether the recording's own pauses are
put back into what WORLD makes (`vconv.audio.silence`).
"""

from typing import NamedTuple

import numpy as np
import tensorflow as tf
from scipy.ndimage import gaussian_filter1d

from vconv.audio import f0, mel_cepstrum
from vconv.features.cepstra import (
    ACOUSTIC_SIZE,
    CONTENT_SIZE,
    FRAME_STEP,
    POWER_UNIT_DB,
    SHAPE,
    active,
    content,
    mel_cepstra,
    power,
    said,
)
from vconv.features.normalizers import CepstrumNormalizer, Normalizer

CHUNK_FRAMES = 256  # bounds the memory of the network whatever the length of a recording, and fits the cache
TINY = np.finfo(float).tiny
FADE_FRAMES = 2.0  # standard deviation of the Gaussian between what is louder and what is not
LARGEST_STRETCH = 3.0  # of a coefficient's deviation, either way: one word varies less than a speaker does
RELEVANCE_S = 1.5  # of a stranger's speech counts as much as all known voices (docs/experiments.md, *A stranger*)


class FrameConverter:
    """Each frame's spectrum goes through the network by itself (Hsu et al. 2016, arXiv 1610.04019, section 4).

    Parameters
    ----------
    model : keras.Model or callable
        Of a kind that learns from frames.
    statistics : vconv.features.statistics.Statistics
    settings : dict
        The model's.
    """

    convert_f0, resynthesis_iterations, keep_source_silence = staticmethod(f0.convert), 0, False  # as published

    def __init__(self, model, statistics, settings):
        self.normalizer = Normalizer(statistics.spectrum_low, statistics.spectrum_high)
        frames = tf.TensorSpec((None, len(statistics.spectrum_low)), tf.float32)
        self._network = tf.function(
            lambda x, speaker: model((x, tf.repeat(speaker, tf.shape(x)[0]))),
            input_signature=(frames, tf.TensorSpec((1,), tf.int32)),
        )

    def hear(self, frames, source):
        """Return what `say` needs of `Frames` of the speaker number `source`, None for a stranger."""
        return self.normalizer.forward(frames.spectrum), frames.energy

    def say(self, heard, target):
        """Return log10(power / energy) [T, K] in the voice of the number `target`, and the energy [T]."""
        x, energy = heard
        speaker = np.array([target], np.int32)
        chunks = [self._network(x[start : start + CHUNK_FRAMES], speaker) for start in range(0, len(x), CHUNK_FRAMES)]
        return self.normalizer.inverse(np.concatenate(chunks)), energy


class EncodedUtterance(NamedTuple):
    """What `CepstrumConverter` keeps of an utterance for every target.

    source, the speaker's number or None; content [T, 27]; relative [T, 40], mel-cepstra with power for the coefficient
    0 (`vconv.features.cepstra.said`) by the speaker's mean and deviation; spoken bool [T]; liveliness [40], their
    variance by the speaker's usual one; energy [T].
    """

    source: int | None
    content: np.ndarray
    relative: np.ndarray
    spoken: np.ndarray
    liveliness: np.ndarray
    energy: np.ndarray


class CepstrumConverter:
    """The network says power and mel-cepstra 1 to 39 of the whole utterance.

    What it says is the mean of all that was matched, now and then another sound among it. A share of the source's own
    coefficients brings words back: the first 24 moved by the affine map from voice to voice (a stranger's by the mean
    of all maps to the target), the rest by mean and deviation.

    What is predicted varies less than what is natural, because the network says the mean of all that was matched; each
    coefficient, and power, gets the target's variance within an utterance back (Toda, Black and Tokuda 2007, in the
    form of Silén, Helander, Nurminen and Gabbouj 2012, "Ways to implement global variance in statistical speech
    synthesis", Interspeech), as much more or less of it as the source's utterance has of the source's (0.1 dB nearer
    the target's own sentence). Parameters as of `FrameConverter`, the model of a kind that learns from pairs.
    """

    def __init__(self, model, statistics, settings):
        self.rate, self.bins = statistics.settings["sample_rate"], len(statistics.spectrum_low)
        self.mean, self.deviation = statistics.cepstrum_mean, statistics.cepstrum_std
        self.variance = statistics.cepstrum_variance
        self.relevance_frames = 1000 * RELEVANCE_S / statistics.settings["frame_period_ms"]
        # A run of before percentiles were counted has none.
        self.convert_f0 = f0.convert if statistics.log_f0_percentiles is None else f0.match
        self.maps = np.array(model.maps)
        self.strength, self.source_mix, self.resynthesis_iterations, self.keep_source_silence = (
            settings["conversion"][key] for key in ("gv", "source_mix", "resynthesis_iterations", "keep_source_silence")
        )
        self.normalizer = CepstrumNormalizer(statistics)
        rows = tf.TensorSpec((1, None, CONTENT_SIZE), tf.float32)
        self._network = tf.function(
            lambda x, speaker: model((x, speaker)), input_signature=(rows, tf.TensorSpec((1,), tf.int32))
        )

    def hear(self, frames, source):
        """Return the `EncodedUtterance` of `Frames` of the speaker number `source`, None for a stranger."""
        cepstra = said(mel_cepstra(frames.spectrum, frames.energy, self.rate), power(frames.energy))
        spoken = active(frames.energy)
        speech = cepstra[spoken]
        own_mean, own_variance = speech.mean(axis=0), speech.var(axis=0)
        if source is None:
            mean, deviation, usual = self._strangers(own_mean, own_variance, len(speech))
        else:
            mean, deviation, usual = self.mean[source], self.deviation[source], self.variance[source]
        liveliness = np.clip(own_variance / np.maximum(usual, TINY), LARGEST_STRETCH**-2, LARGEST_STRETCH**2)
        relative = (cepstra - mean) / deviation
        return EncodedUtterance(
            source, content(cepstra, frames, mean, deviation), relative, spoken, liveliness, frames.energy
        )

    def say(self, heard, target):
        """Return log10(power / energy) [T, K] and energy [T] in the voice of the speaker number `target`."""
        cepstra = self._varied(self._predicted(heard, target), heard, target)
        energy = self._louder(cepstra[:, 0], heard)
        cepstra[:, 0] = 0  # the level comes with the energy
        spectrum = mel_cepstrum.to_spectrum(cepstra, self.bins, mel_cepstrum.mel_alpha(self.rate))
        return np.log10(spectrum / spectrum.sum(axis=1, keepdims=True)), energy

    def _strangers(self, mean, variance, frames):
        """Return a stranger's mean, deviation, and usual variance within an utterance, [40] each.

        Estimated of the `mean` and `variance` [40] of one utterance, so many `frames` of speech, with those of all
        known voices for a prior (Gauvain and Lee 1994, "Maximum a posteriori estimation for multivariate Gaussian
        mixture observations of Markov chains", IEEE TSAP 2(2)): a sentence says too little, and by itself what is
        lively in it would be lost.
        """
        weight = frames / (frames + self.relevance_frames)

        def posterior(own, known):
            return weight * own + (1 - weight) * known.mean(axis=0)

        return (
            posterior(mean, self.mean),
            np.sqrt(posterior(variance, self.deviation**2)),
            posterior(variance, self.variance),
        )

    def _predicted(self, heard, target):
        """Return what the network says [T, 40], of rows `FRAME_STEP` apart, with the source's share."""
        x, rows = np.empty((len(heard.content), ACOUSTIC_SIZE), np.float32), heard.content
        for first in range(FRAME_STEP):
            x[first::FRAME_STEP] = self._network(rows[None, first::FRAME_STEP], np.array([target], np.int32))[0]
        moved, maps = heard.relative.copy(), self.maps[target]
        affine = maps.mean(axis=0) if heard.source is None else maps[heard.source]
        moved[:, SHAPE] = moved[:, SHAPE] @ affine[:-1] + affine[-1]
        moved = moved * self.deviation[target] + self.mean[target]
        return (1 - self.source_mix) * self.normalizer.inverse(x, target) + self.source_mix * moved

    def _varied(self, cepstra, heard, target):
        """Return `cepstra` [T, 40] with the variance of the target's voice, as far as the settings want it."""
        mean, variance = cepstra[heard.spoken].mean(axis=0), cepstra[heard.spoken].var(axis=0)
        wanted = self.variance[target] * heard.liveliness
        stretch = np.sqrt(wanted / np.maximum(variance, TINY)) ** self.strength
        return mean + (cepstra - mean) * np.clip(stretch, 1 / LARGEST_STRETCH, LARGEST_STRETCH)

    def _louder(self, level, heard):
        """Return the energy [T] that frames of the power `level` [T] have; pauses and the whole stay as loud as heard.

        Of pauses nothing was learnt; the change fades within a few frames.
        """
        change = np.where(heard.spoken, level - power(heard.energy), 0)
        energy = heard.energy * 10 ** (POWER_UNIT_DB / 10 * gaussian_filter1d(change, FADE_FRAMES))
        return energy * (heard.energy.sum() / energy.sum())


KINDS = {"frames": FrameConverter, "frame_pairs": CepstrumConverter}
