"""A recording that is converted as a whole, after its analysis."""

from typing import NamedTuple

import numpy as np

from vconv.audio import f0, world


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
