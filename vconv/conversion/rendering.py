"""The two ways to make a signal with a given spectral envelope: functions power spectrum [T, K] → signal [samples]."""

import numpy as np

from vconv.audio import filtering, world

LARGEST_GAIN = 1000.0  # of power, 30 dB either way


def by_world(f0_hz, aperiodicity, rate, frame_period_ms):
    """Return the function that synthesizes by WORLD; parameters as of `world.synthesize`."""
    return lambda spectrum: world.synthesize(f0_hz, spectrum, aperiodicity, rate, frame_period_ms)


def by_filter(y, source_spectrum, rate, frame_period_ms):
    """Return the function that filters a recording.

    Parameters
    ----------
    y : ndarray [samples]
        The recording, with the F0 of the result.
    source_spectrum : ndarray [T, K]
        Spectral envelope of the recording, as power.
    rate : int
        In Hz.
    frame_period_ms : float
    """

    def render(spectrum):
        gain = np.sqrt(np.clip(spectrum / source_spectrum, 1 / LARGEST_GAIN, LARGEST_GAIN))
        return filtering.filter_frames(y, gain, rate, frame_period_ms)

    return render
