"""Statistics of a source speaker's acoustic features: those of the training, or estimated from one utterance."""

from typing import NamedTuple

import numpy as np

PRIOR_S = 1.5  # s of speech of an unseen speaker that weigh as much as the training speakers (docs/experiments.md)


class SpeakerStatistics(NamedTuple):
    """Mean [40], standard deviation [40], and usual variance within an utterance [40] of acoustic features."""

    mean: np.ndarray
    std: np.ndarray
    variance: np.ndarray


class SourceStatistics:
    """Finds the `SpeakerStatistics` of source speakers.

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
        self._prior_frames = 1000 * PRIOR_S / statistics.settings["frame_period_ms"]

    def of(self, source, speech):
        """Return the `SpeakerStatistics` of a source speaker.

        Parameters
        ----------
        source : int or None
            The speaker's number; None for an unseen speaker.
        speech : ndarray [n, 40]
            Acoustic features of the utterance's speech frames; used for an unseen speaker.
        """
        if source is None:
            return self._estimated(speech.mean(axis=0), speech.var(axis=0), len(speech))
        return SpeakerStatistics(self._mean[source], self._std[source], self._variance[source])

    def _estimated(self, mean, variance, frames):
        """Return MAP estimates from one utterance, with the training speakers as the prior.

        Gauvain and Lee 1994, "Maximum a posteriori estimation for multivariate Gaussian mixture observations of Markov
        chains", IEEE TSAP 2(2). The prior is worth `PRIOR_S` of speech: one sentence alone is too little, and its own
        variance as the usual one would hide how far it departs from that.
        """
        weight = frames / (frames + self._prior_frames)

        def posterior(own, known):
            return weight * own + (1 - weight) * known.mean(axis=0)

        return SpeakerStatistics(
            mean=posterior(mean, self._mean),
            std=np.sqrt(posterior(variance, self._std**2)),
            variance=posterior(variance, self._variance),
        )
