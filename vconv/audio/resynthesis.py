"""Analysis by synthesis: a signal that is heard to have the spectrum that was asked for, not only made from it.

What a vocoder makes of a spectral envelope, analyzed again, has another one: windows smear it over time and frequency,
noise excites it unevenly. So the signal is made, heard, and made once more from an envelope that is off by as much the
other way. On VCC2016 that takes a fifth off the distortion of copy-synthesis (`benchmarks/refinement.py`).
"""

import numpy as np

from vconv.audio import mel_cepstrum, world

ORDER = 39  # the correction is as smooth over frequency as this
STEP = 0.7  # of what is off: frames overlap, so that each also gets a part of what its neighbors are given
LARGEST_GAIN = 10.0  # of power, 10 dB either way: of silence nothing is heard


def refined(render, spectrum, f0_hz, rate, frame_period_ms, rounds=1):
    """Return the signal whose envelope, heard again, is nearest the one wanted.

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
    rounds : int
        How often the signal is heard and made again; with 0 it is what `render` makes of `spectrum`.

    Returns
    -------
    y : ndarray [samples], float64
    """
    alpha, asked = mel_cepstrum.mel_alpha(rate), spectrum
    y = render(asked)
    for _ in range(rounds):
        heard = world.estimate_spectrum(y, f0_hz, rate, frame_period_ms)
        off = (mel_cepstrum.from_spectrum(part, ORDER, alpha) for part in (spectrum, heard))
        gain = mel_cepstrum.to_spectrum(STEP * np.subtract(*off), spectrum.shape[1], alpha)
        asked = asked * np.clip(gain, 1 / LARGEST_GAIN, LARGEST_GAIN)
        y = render(asked)
    return y
