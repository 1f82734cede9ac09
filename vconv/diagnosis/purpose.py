"""What recordings are for, which decides what harms."""

import math
from typing import NamedTuple

from vconv.audio import wav


class Purpose(NamedTuple):
    """What recordings are for.

    Attributes
    ----------
    rate : float
        Sample rate of the training, in Hz. What a recording has above half of it does not matter.
    longest_s : float
        Longest recording that can be used.
    """

    rate: float = math.inf
    longest_s: float = wav.LONGEST_UTTERANCE_S
