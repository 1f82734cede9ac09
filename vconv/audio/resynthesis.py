"""Analysis by synthesis: correct a spectral envelope by the error measured after resynthesis.

A vocoder's output, analyzed again, does not have the envelope it was made from: windows smear it over time and
frequency, and noise excites it unevenly. Each iteration synthesizes, analyzes, and corrects the envelope by the error.
On VCC2016 one iteration takes a fifth off the distortion of copy-synthesis (`benchmarks/resynthesis.py`).
"""

import numpy as np

from vconv.audio import mel_cepstrum, world

ORDER = 39  # of the mel-cepstrum that smooths the correction over frequency
STEP = 0.7  # of the error that is corrected: frames overlap, so each also gets a part of its neighbors' correction
LARGEST_GAIN = 10.0  # of power, 10 dB either way: the measured envelope of silence is meaningless


def resynthesize(render, spectrum, f0_hz, rate, frame_period_ms, iterations=1):
    """Return the signal whose envelope, analyzed again, is nearest a wanted one.

    Parameters
    ----------
    render : callable
        Power spectrum [T, K] → signal [samples], float64.
    spectrum : ndarray [T, K]
        The power spectrum that is wanted.
    f0_hz : ndarray [T]
        Of the signal that `render` makes; 0 where unvoiced.
    rate : int
        In Hz.
    frame_period_ms : float
    iterations : int
        How often the signal is analyzed and made again; with 0 it is `render(spectrum)`.

    Returns
    -------
    y : ndarray [samples], float64
    """
    alpha, corrected = mel_cepstrum.mel_alpha(rate), spectrum
    y = render(corrected)
    for _ in range(iterations):
        measured = world.estimate_spectrum(y, f0_hz, rate, frame_period_ms)
        cepstra = (mel_cepstrum.from_spectrum(part, ORDER, alpha) for part in (spectrum, measured))
        gain = mel_cepstrum.to_spectrum(STEP * np.subtract(*cepstra), spectrum.shape[1], alpha)
        corrected = corrected * np.clip(gain, 1 / LARGEST_GAIN, LARGEST_GAIN)
        y = render(corrected)
    return y
