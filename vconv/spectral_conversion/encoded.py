"""What passes between the steps of a spectral conversion."""

from typing import NamedTuple

import numpy as np

from vconv.features.running_statistics import Moments


class EncodedUtterance(NamedTuple):
    """The features of an utterance that do not depend on the target speaker.

    Attributes
    ----------
    source : int or None
        Number of the source speaker; None for an unseen speaker.
    content : ndarray [T, …], float32
        The input of the network.
    acoustic, normalized : ndarray [T, 40], float64
        Acoustic features, and the same relative to the speaker's mean and standard deviation.
    mask : ndarray [T], bool
        The speech mask.
    variance_ratio : ndarray [40], float64
        Utterance variance ratio: variance within the utterance divided by the speaker's usual variance within one.
    energy : ndarray [T]
    """

    source: int | None
    content: np.ndarray
    acoustic: np.ndarray
    normalized: np.ndarray
    mask: np.ndarray
    variance_ratio: np.ndarray
    energy: np.ndarray

    def part(self, frames):
        """Return the features of the frames of a slice."""
        names = "content", "acoustic", "normalized", "mask", "energy"
        return self._replace(**{name: getattr(self, name)[frames] for name in names})


class Prediction(NamedTuple):
    """What a network predicts of T frames.

    Attributes
    ----------
    acoustic : ndarray [T, 40], float64
        Acoustic features.
    log_spectrum : ndarray [T, K] or None
        log10(power / energy), of a network that predicts spectra.
    """

    acoustic: np.ndarray
    log_spectrum: np.ndarray | None = None

    def part(self, frames):
        """Return the prediction for the frames of a slice."""
        return Prediction(self.acoustic[frames], None if self.log_spectrum is None else self.log_spectrum[frames])


class TargetFacts(NamedTuple):
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
