"""Analysis by synthesis: correct a spectral envelope by the error measured after resynthesis.

The envelope of a vocoder's output differs from the envelope that was synthesized: windows smear it over time and
frequency, and noise excites it unevenly. Each iteration synthesizes, analyzes, and corrects the envelope by the error.
On VCC2016 one iteration lowers the distortion of copy-synthesis by a fifth (`benchmarks/resynthesis.py`).
"""

import numpy as np

from vconv.audio import mel_cepstrum, world

ORDER = 39  # of the mel-cepstrum that smooths the correction over frequency
STEP = 0.7  # share of the error that is corrected; each frame also gets part of the correction of overlapping frames
LARGEST_GAIN = 10.0  # of power, ± 10 dB; bounds the correction in silence, whose measured envelope is meaningless


def resynthesize(render, spectrum, f0_hz, rate, frame_period_ms, iterations=1):
    """Return a signal whose measured spectral envelope is close to a given one.

    Parameters
    ----------
    render : callable
        Power spectrum [T, K] → signal [samples], float64.
    spectrum : ndarray [T, K]
        The given spectral envelope, as power.
    f0_hz : ndarray [T]
        F0 of the signal of `render`, in Hz; 0 where unvoiced.
    rate : int
        In Hz.
    frame_period_ms : float
    iterations : int
        Rounds of analysis and correction; with 0 the result is `render(spectrum)`.

    Returns
    -------
    y : ndarray [samples], float64
    """
    alpha, corrected = mel_cepstrum.mel_alpha(rate), spectrum
    y = render(corrected)
    for _ in range(iterations):
        measured = world.estimate_spectrum(y, f0_hz, rate, frame_period_ms)
        cepstra = (mel_cepstrum.from_spectrum(power, ORDER, alpha) for power in (spectrum, measured))
        gain = mel_cepstrum.to_spectrum(STEP * np.subtract(*cepstra), spectrum.shape[1], alpha)
        corrected = corrected * np.clip(gain, 1 / LARGEST_GAIN, LARGEST_GAIN)
        y = render(corrected)
    return y
