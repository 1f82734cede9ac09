"""A synthetic voiced signal whose fundamental frequency and spectral envelope are known."""

import numpy as np

FORMANTS_HZ = (700.0, 1200.0, 2600.0)


def voice(f0_hz, seconds=1.0, rate=16000, formants_hz=FORMANTS_HZ, level=0.05):
    """Return harmonics of `f0_hz` (a number or [samples]; 0 is unvoiced) with formants 120 Hz wide, and weak noise."""
    samples = int(seconds * rate)
    f0_hz = np.broadcast_to(np.asarray(f0_hz, float), samples)
    phase = 2 * np.pi * np.cumsum(f0_hz) / rate
    y = np.zeros(samples)
    for number in range(1, int(rate / 2 / max(f0_hz.max(), 50.0)) + 1):
        frequency = number * f0_hz
        envelope = sum(1 / (1 + ((frequency - formant) / 120) ** 2) for formant in formants_hz) + 0.02
        y += np.where((f0_hz > 0) & (frequency < 0.47 * rate), envelope * np.cos(number * phase), 0.0)
    return level * y + 1e-4 * np.random.default_rng(0).standard_normal(samples)
