"""Statistics of a source speaker's acoustic features: from the training data, or estimated from one utterance."""

from typing import NamedTuple

import numpy as np

PRIOR_S = 1.5  # weight of the prior, in seconds of speech (docs/experiments.md)


class SpeakerStatistics(NamedTuple):
    """Statistics of a speaker's acoustic features.

    Attributes
    ----------
    mean, std : ndarray [40]
        Mean and standard deviation over speech frames.
    variance : ndarray [40]
        Usual variance within an utterance.
    """

    mean: np.ndarray
    std: np.ndarray
    variance: np.ndarray


class SourceStatistics:
    """The `SpeakerStatistics` of source speakers, seen in training or not.

    Parameters
    ----------
    statistics : vconv.features.statistics.Statistics
    """

    def __init__(self, statistics):
        self._mean, self._std, self._variance = (
            statistics.acoustic_mean,
            statistics.acoustic_std,
            statistics.acoustic_variance,
        )
        self._of_training = [
            of_speakers[statistics.trained].mean(axis=0) for of_speakers in (self._mean, self._std**2, self._variance)
        ]
        self._prior_frames = 1000 * PRIOR_S / statistics.settings["frame_period_ms"]

    def of(self, source, speech):
        """Return the `SpeakerStatistics` of a source speaker.

        Parameters
        ----------
        source : int or None
            Number of the speaker; None for an unseen speaker.
        speech : vconv.features.running_statistics.Moments
            Of the acoustic features [40] of the utterance's speech frames; used only for an unseen speaker.
        """
        if source is None:
            return self._estimated(speech.mean, speech.variance, speech.count)
        return SpeakerStatistics(self._mean[source], self._std[source], self._variance[source])

    def _estimated(self, mean, variance, frames):
        """Return MAP estimates from one utterance, with the training speakers as the prior.

        Gauvain and Lee 1994, "Maximum a posteriori estimation for multivariate Gaussian mixture observations of Markov
        chains", IEEE TSAP 2(2). The prior is worth `PRIOR_S` seconds of speech. Without it, a single sentence would
        give poor estimates, and the utterance variance ratio would always be 1.
        """
        weight = frames / (frames + self._prior_frames)

        def posterior(estimate, of_training):
            return weight * estimate + (1 - weight) * of_training

        usual_mean, usual_variance, usual_within = self._of_training
        return SpeakerStatistics(
            mean=posterior(mean, usual_mean),
            std=np.sqrt(posterior(variance, usual_variance)),
            variance=posterior(variance, usual_within),
        )
