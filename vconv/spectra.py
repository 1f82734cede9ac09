"""SPECTRA: frames of one voice → their spectra in another, by what the model learns from.

Each kind hears `Frames` once (`hear`) and says them in as many voices as wanted (`say`): log10(power / energy), so that
the energy stays the source's. `refinements` is how often the sound made of it is heard and mended
(`vconv.audio.refinement`).
"""

from typing import NamedTuple

import numpy as np
import tensorflow as tf

from vconv.audio import mel_cepstrum
from vconv.features.cepstra import CONTENT_SIZE, FRAME_STEP, SHAPE, active, content, mel_cepstra
from vconv.features.statistics import CepstrumNormalizer, Normalizer

CHUNK_FRAMES = 256  # bounds the memory of the network whatever the length of a recording, and fits the cache
TINY = np.finfo(float).tiny
LARGEST_STRETCH = 3.0  # of a coefficient's deviation, either way: one word varies less than a speaker does


class FrameSpectra:
    """Each frame's spectrum goes through the network by itself (Hsu et al. 2016, arXiv 1610.04019, section 4).

    Parameters
    ----------
    model : keras.Model or callable
        Of a kind that learns from frames.
    statistics : vconv.features.statistics.Statistics
    settings : dict
        The model's.
    """

    refinements = 0  # as published

    def __init__(self, model, statistics, settings):
        self.normalizer = Normalizer(statistics.spectrum_low, statistics.spectrum_high)
        frames = tf.TensorSpec((None, len(statistics.spectrum_low)), tf.float32)
        self._network = tf.function(lambda x, speaker: model((x, tf.repeat(speaker, tf.shape(x)[0]))),
                                    input_signature=(frames, tf.TensorSpec((1,), tf.int32)))

    def hear(self, frames, source):
        """Return what `say` needs of `Frames` of the speaker number `source`, None for a stranger."""
        return self.normalizer.forward(frames.spectrum)

    def say(self, x, target):
        """Return log10(power / energy) [T, K] of what was heard, in the voice of the speaker number `target`."""
        speaker = np.array([target], np.int32)
        chunks = [self._network(x[start : start + CHUNK_FRAMES], speaker) for start in range(0, len(x), CHUNK_FRAMES)]
        return self.normalizer.inverse(np.concatenate(chunks))


class Heard(NamedTuple):
    """What `CepstralSpectra` keeps of an utterance for every target.

    source, the speaker's number or None; content [T, 27]; relative [T, 40], mel-cepstra by the speaker's mean and
    deviation; spoken bool [T]; liveliness [24], the variance of coefficients 1 to 24 by the speaker's usual one.
    """

    source: int | None
    content: np.ndarray
    relative: np.ndarray
    spoken: np.ndarray
    liveliness: np.ndarray


class CepstralSpectra:
    """The network says mel-cepstra 1 to 24 of the whole utterance; higher ones are moved by mean and deviation.

    What it says is the mean of all that was matched, now and then another sound among it. A share of the source's own
    coefficients, moved by the affine map from voice to voice (a stranger's by mean and deviation), brings words back.

    Predicted coefficients vary less than natural ones, because the network says the mean of all that was matched; each
    gets the target's variance within an utterance back (Toda, Black and Tokuda 2007, in the form of Silén, Helander,
    Nurminen and Gabbouj 2012, "Ways to implement global variance in statistical speech synthesis", Interspeech), as
    much more or less of it as the source's utterance has of the source's (0.1 dB nearer the target's own sentence).
    Parameters as of `FrameSpectra`, the model of a kind that learns from pairs.
    """

    def __init__(self, model, statistics, settings):
        self.rate, self.bins = statistics.settings["sample_rate"], len(statistics.spectrum_low)
        self.mean, self.deviation = statistics.cepstrum_mean, statistics.cepstrum_deviation
        self.variance = statistics.cepstrum_variance[:, SHAPE]
        self.maps = np.array(model.maps)
        self.strength, self.source_share, self.refinements = (
            settings["conversion"][key] for key in ("gv", "source_share", "refinements"))
        self.normalizer = CepstrumNormalizer(statistics)
        rows = tf.TensorSpec((1, None, CONTENT_SIZE), tf.float32)
        self._network = tf.function(lambda x, speaker: model((x, speaker)),
                                    input_signature=(rows, tf.TensorSpec((1,), tf.int32)))

    def hear(self, frames, source):
        """Return the `Heard` of `Frames` of the speaker number `source`, None for a stranger."""
        cepstra, spoken = mel_cepstra(frames.spectrum, frames.energy, self.rate), active(frames.energy)
        if source is None:
            mean = cepstra[spoken].mean(axis=0)
            # Of a short cry there is no deviation to speak of.
            deviation = np.maximum(cepstra[spoken].std(axis=0), self.deviation.mean(axis=0) / LARGEST_STRETCH)
        else:
            mean, deviation = self.mean[source], self.deviation[source]
        own = cepstra[spoken][:, SHAPE].var(axis=0)
        usual = own if source is None else self.variance[source]
        liveliness = np.clip(own / np.maximum(usual, TINY), LARGEST_STRETCH**-2, LARGEST_STRETCH**2)
        relative = (cepstra - mean) / deviation
        return Heard(source, content(cepstra, frames, mean, deviation), relative, spoken, liveliness)

    def say(self, heard, target):
        """Return log10(power / energy) [T, K] of what was heard, in the voice of the speaker number `target`."""
        cepstra = heard.relative * self.deviation[target] + self.mean[target]
        cepstra[:, SHAPE] = self._varied(self._predicted(heard, target), heard, target)
        cepstra[:, 0] = 0  # the level comes with the energy
        power = mel_cepstrum.to_spectrum(cepstra, self.bins, mel_cepstrum.mel_alpha(self.rate))
        return np.log10(power / power.sum(axis=1, keepdims=True))

    def _predicted(self, heard, target):
        """Return the mel-cepstra [T, 24] that the network says, of rows `FRAME_STEP` apart, with the source's share."""
        x, rows = np.empty((len(heard.content), self.variance.shape[1]), np.float32), heard.content
        for first in range(FRAME_STEP):
            x[first::FRAME_STEP] = self._network(rows[None, first::FRAME_STEP], np.array([target], np.int32))[0]
        moved = heard.relative[:, SHAPE]
        if heard.source is not None:
            affine = self.maps[target, heard.source]
            moved = moved @ affine[:-1] + affine[-1]
        moved = moved * self.deviation[target, SHAPE] + self.mean[target, SHAPE]
        return (1 - self.source_share) * self.normalizer.inverse(x, target) + self.source_share * moved

    def _varied(self, cepstra, heard, target):
        """Return `cepstra` [T, 24] with the variance of the target's voice, as far as the settings want it."""
        mean, variance = cepstra[heard.spoken].mean(axis=0), cepstra[heard.spoken].var(axis=0)
        wanted = self.variance[target] * heard.liveliness
        stretch = np.sqrt(wanted / np.maximum(variance, TINY)) ** self.strength
        return mean + (cepstra - mean) * np.clip(stretch, 1 / LARGEST_STRETCH, LARGEST_STRETCH)


KINDS = {"frames": FrameSpectra, "pairs": CepstralSpectra}
