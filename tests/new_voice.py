"""Speech of a synthetic speaker whom no voice was trained with."""

import numpy as np
from voice import voice as vowel

F0_HZ, RATE, NAME = 150.0, 16000, "Zoë"


def speech(seconds, seed=0):
    """Return vowels of 0.2 s whose formants differ, F0 between 135 and 165 Hz, with pauses."""
    random, parts = np.random.default_rng(seed), []
    for number in range(round(seconds / 0.25)):
        f0_hz = F0_HZ * 1.1 ** np.sin(number)
        parts += [vowel(f0_hz, 0.2, RATE, random.uniform((300, 900, 2300), (800, 2000, 3000))), np.zeros(RATE // 20)]
    return np.concatenate(parts)
