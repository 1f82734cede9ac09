"""What the acoustic features of a recording are relative to; for a part of it, what is known of the whole."""

from typing import NamedTuple

import numpy as np

from vconv.features.acoustic import relative_power, speech_mask
from vconv.features.running_statistics import Moments


class SpeechFacts(NamedTuple):
    """Facts about frames that follow from the whole recording.

    Attributes
    ----------
    power : ndarray [T]
        Relative power.
    mask : ndarray [T], bool
        The speech mask.
    moments : Moments
        Of the acoustic features [40] over the speech frames of the whole recording.
    """

    power: np.ndarray
    mask: np.ndarray
    moments: Moments

    @classmethod
    def of(cls, frames):
        """Return the facts of the `Frames` of a whole recording."""
        return cls.gather(frames.energy, [frames.mel_cepstrum])

    @classmethod
    def gather(cls, energy, cepstra):
        """Return the facts of a whole recording.

        Parameters
        ----------
        energy : ndarray [T]
        cepstra : iterable of ndarray [n, 40]
            Its mel-cepstra, in blocks.
        """
        power, mask = relative_power(energy), speech_mask(energy)
        moments, first = Moments(), 0
        for block in cepstra:
            frames = slice(first, first + len(block))
            moments += Moments.of(_acoustic(power[frames], block)[mask[frames]])
            first += len(block)
        return cls(power, mask, moments)

    def part(self, frames):
        """Return the facts for the frames of a slice."""
        return self._replace(power=self.power[frames], mask=self.mask[frames])

    def acoustic(self, frames):
        """Return the acoustic features [T, 40] of `Frames`, as `acoustic_features` does for whole recordings."""
        return _acoustic(self.power, frames.mel_cepstrum)


def _acoustic(power, cepstra):
    """Return acoustic features [n, 40] of relative power [n] and mel-cepstra [n, 40]."""
    return np.concatenate([power[:, None], cepstra[:, 1:]], axis=1, dtype=np.float64)
