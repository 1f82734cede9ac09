"""A recording that is converted as a whole, after its analysis."""

from pathlib import Path
from typing import NamedTuple

import numpy as np

from vconv.audio import f0, samples, wav, world


class Utterance(NamedTuple):
    """A recording, analyzed once for all targets.

    Attributes
    ----------
    y : ndarray [samples], float64
        At the reference level.
    gain : float
        That takes a signal to the level of the recording.
    analysis : world.Analysis
    log_f0 : f0.LogF0 or None
        Statistics of the source speaker; None for an unseen speaker without a voiced frame.
    encoded : object
        The result of `encode` of the model's spectral converter.
    """

    y: np.ndarray
    gain: float
    analysis: world.Analysis
    log_f0: f0.LogF0 | None
    encoded: object


def signal_of(audio, rate, new_rate, report=None):
    """Return the samples, at `new_rate` Hz, of an audio file (str or Path) or of an array at `rate` Hz.

    None for `rate` stands for `new_rate`. `report` as in `wav.read`.
    """
    if isinstance(audio, (str, Path)):
        return wav.read(audio, new_rate, report)[0]
    return wav.resample(samples.of_array(audio), new_rate if rate is None else rate, new_rate)
