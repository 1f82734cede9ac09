"""A synthetic recording like speech: syllables with pauses, voiced and unvoiced, above a weak background."""

import numpy as np
from voice import voice

RATE = 16000


def speech(seconds=4.0, f0_hz=200.0, seed=0, background=1e-5, formants_hz=(700.0, 1200.0, 2600.0)):
    """Return syllables of 0.1 to 0.4 s, each with a consonant of noise before it, with pauses of as much between."""
    rng = np.random.default_rng(seed)
    y, at = np.zeros(int(seconds * RATE)), 0.1
    while at < seconds - 0.9:
        length = rng.uniform(0.1, 0.4)
        glide = f0_hz * np.linspace(rng.uniform(0.85, 1.15), rng.uniform(0.85, 1.15), int(length * RATE))
        vowel = voice(glide, len(glide) / RATE + 1e-9, RATE, formants_hz) * rng.uniform(0.7, 1)
        consonant = 0.02 * rng.standard_normal(int(0.06 * RATE))
        for part in consonant, vowel:
            first = int(at * RATE)
            y[first : first + len(part)] += part
            at += len(part) / RATE
        at += rng.uniform(0.05, 0.3)
    return y + background * rng.standard_normal(len(y))
