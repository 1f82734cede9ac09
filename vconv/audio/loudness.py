"""Loudness: the level of speech, signals at a reference level, and a limiter of peaks."""

import numpy as np

from vconv.audio.smoothing import running_minimum

BLOCK_MS = 20.0
GATE_DB = -10.0  # relative to the mean power of all blocks
REFERENCE_LEVEL = 0.05  # RMS of speech at -26 dB of full scale, the nominal level of ITU-T P.56
PEAK = 0.98  # of full scale; a signal may overshoot a little when it is resampled
LIMITER_MS = 5.0  # half the time over which the limiter's gain falls and rises


def block_power(y, rate):
    """Return the mean power [blocks] of blocks of 20 ms of a signal [samples]; a rest at the end is left out."""
    size = max(1, min(block_size(rate), len(y)))
    return np.square(np.asarray(y, np.float64)[: len(y) // size * size]).reshape(-1, size).mean(axis=1)


def block_size(rate):
    """Return the number of samples of a block of 20 ms at `rate` Hz, at least 1."""
    return max(1, int(rate * BLOCK_MS / 1000))


def speech_level(y, rate):
    """Return the RMS of the speech in a signal.

    Blocks of 20 ms count if their power is above the mean power of all blocks − 10 dB, the relative gate of ITU-R
    BS.1770-4. So pauses do not change the level.

    Parameters
    ----------
    y : ndarray [samples]
    rate : int
        In Hz.

    Returns
    -------
    level : float
        0.0 for digital silence.
    """
    return level_of(block_power(y, rate))


def level_of(power):
    """Return the `speech_level` of a signal from its `block_power` [blocks]."""
    if not power.any():
        return 0.0
    return float(np.sqrt(power[power >= power.mean() * 10 ** (GATE_DB / 10)].mean()))


def to_reference_level(y, rate):
    """Return a signal at the reference level, and the gain that takes it back to its own.

    WORLD and its features hold small absolute constants, so their analysis depends on the level. At one level for all
    recordings it does not.

    Parameters
    ----------
    y : ndarray [samples]
    rate : int
        In Hz.

    Returns
    -------
    y : ndarray [samples], float64
        With the speech level `REFERENCE_LEVEL`; digital silence stays as it is.
    gain : float
        The speech level of `y` / `REFERENCE_LEVEL`; 1.0 for digital silence.
    """
    gain = speech_level(y, rate) / REFERENCE_LEVEL or 1.0
    return np.asarray(y, np.float64) / gain, gain


def match_level(y, reference, rate):
    """Return `y` [samples] with the speech level of `reference` [samples]; both are at `rate` Hz."""
    level = speech_level(y, rate)
    return y * (speech_level(reference, rate) / level) if level else y


def limit(y, rate):
    """Return a signal whose peaks are at most `PEAK`; it does not change farther than 10 ms from higher peaks.

    The gain falls before a peak and rises after it, smoothly. A signal without higher peaks is returned as it is.

    Parameters
    ----------
    y : ndarray [samples]
    rate : int
        In Hz.
    """
    magnitude = np.abs(y)
    if magnitude.max(initial=0.0) <= PEAK:
        return y
    reach = limiter_reach(rate)
    gain = PEAK / np.maximum(magnitude, PEAK)
    lowest = running_minimum(np.pad(gain, 2 * reach, constant_values=1.0), 2 * reach + 1)
    window = np.hanning(2 * reach + 3)[1:-1]  # as long as the minimum, so that each peak gets its own gain or less
    return y * np.convolve(lowest, window / window.sum(), mode="valid")


def limiter_reach(rate):
    """Return how many samples before and after a peak the gain is at its lowest; it is 1 beyond twice as many."""
    return max(1, int(rate * LIMITER_MS / 1000))
