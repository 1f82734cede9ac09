"""Recordings with syllables and pauses, written to files."""

from functools import cache

import numpy as np
import soundfile
from voice import voice

RATE = 16000
VOWELS_HZ = ((700, 1200, 2600), (350, 2200, 2900), (450, 900, 2500), (550, 1800, 2600))


@cache
def speech(*seconds, f0_hz=130.0, pause_s=0.6, rate=RATE):
    """Return stretches of syllables, each so many seconds long and of its own vowel, with pauses after them."""
    parts = []
    for number, length in enumerate(seconds):
        time = np.arange(round(length * rate)) / rate
        f0 = f0_hz * 2 ** (0.15 * np.sin(3 * time + number))
        y = voice(f0, length, rate, VOWELS_HZ[number % len(VOWELS_HZ)])[: len(time)]
        y *= 0.55 + 0.45 * np.sin(2 * np.pi * 4 * time)
        parts += [y, 1e-4 * np.random.default_rng(number).standard_normal(round(pause_s * rate))]
    return np.concatenate(parts)


def write(path, y, rate=RATE, **options):
    """Write a file and the folders above it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    soundfile.write(path, y, rate, **options)
