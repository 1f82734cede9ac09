"""What the acoustic features of a stream are relative to: running estimates in place of those of a whole recording."""

import numpy as np

from vconv.audio.loudness import REFERENCE_LEVEL
from vconv.features.acoustic import LOWEST_POWER, POWER_UNIT_DB, SPEECH_THRESHOLD_DB
from vconv.features.running_statistics import Moments
from vconv.spectral_conversion.speech_facts import SpeechFacts

MEMORY_S = 60.0  # of speech; what is older counts for less
LEVEL_PRIOR_S, VARIANCE_PRIOR_S = 0.5, 4.0  # weights of the priors, in seconds of speech
PAUSE_S = 1.0  # the rest of a longer pause does not count
FEWEST = 1e-6  # frames, of which moments have a variance before the first speech
LOWEST_LEVEL = 10 ** (-65 / 20)  # RMS; what is weaker is no speech


class RunningSpeech:
    """Running counterpart of `SpeechFacts`.

    Parameters
    ----------
    bins : int
        K, of a power spectrum.
    frame_period_ms : float
    usual_variance : ndarray [40]
        Prior of the variances of acoustic features.
    """

    def __init__(self, bins, frame_period_ms, usual_variance):
        per_s = 1000 / frame_period_ms
        self._memory, self._pause = MEMORY_S * per_s, PAUSE_S * per_s
        self._level_prior, self._variance_prior = LEVEL_PRIOR_S * per_s, VARIANCE_PRIOR_S * per_s
        self._usual_variance = usual_variance
        # The energy of a frame is the mean power of its samples times K (`world.estimate_spectrum`).
        self._lowest, self._usual_db = bins * LOWEST_LEVEL**2, 10 * np.log10(bins * REFERENCE_LEVEL**2)
        self._energy, self._speech = Moments(), Moments()
        self._silent = 0  # frames since the last of speech

    def add(self, frames):
        """Count the `Frames` of a block, and return their speech mask [n]."""
        audible = frames.energy > self._lowest
        threshold = self._energy.mean * 10 ** (SPEECH_THRESHOLD_DB / 10) if self._energy.count else 0.0
        mask = audible & (frames.energy > threshold)
        self._silent = 0 if mask.any() else self._silent + len(mask)
        if self._silent < self._pause:
            self._energy = (self._energy + Moments.of(frames.energy[audible])).limited(self._memory)
        values = np.column_stack([_power_db(frames.energy) / POWER_UNIT_DB, frames.mel_cepstrum[:, 1:]])
        self._speech = (self._speech + Moments.of(values[mask])).limited(self._memory)
        return mask

    def facts(self, energy, mask):
        """Return the `SpeechFacts` of frames with the energy [n] and the speech mask [n]."""
        speech = self._speech
        of_level, of_variance = (
            speech.count / (speech.count + prior) for prior in (self._level_prior, self._variance_prior)
        )
        mean = speech.mean if speech.count else np.zeros(len(self._usual_variance))
        variance = speech.variance if speech.count else self._usual_variance
        mean_db = of_level * POWER_UNIT_DB * float(mean[0]) + (1 - of_level) * self._usual_db
        mean = np.append(0.0, mean[1:])  # relative power has the mean 0
        variance = of_variance * variance + (1 - of_variance) * self._usual_variance
        count = max(speech.count, FEWEST)
        moments = Moments(count, mean, variance * count)
        return SpeechFacts((_power_db(energy) - mean_db) / POWER_UNIT_DB, mask, moments)


def _power_db(energy):
    return 10 * np.log10(np.maximum(energy, LOWEST_POWER))
