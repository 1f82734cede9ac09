"""F0 of a speaker: the range to search, log-F0 statistics, and conversion of F0 from one speaker to another."""

from typing import NamedTuple

import numpy as np

from vconv.common.errors import VconvError

WIDE_RANGE_HZ = (50.0, 800.0)
BINS_PER_OCTAVE = 48
SMOOTHING_OCTAVES = 1 / 12  # one semitone
SHARE_OF_PEAK = 0.05
MARGIN_OCTAVES = 0.1
MIN_VOICED = 200
PERCENTILES = (5, 25, 50, 75, 95)


class LogF0(NamedTuple):
    """Mean, standard deviation and `PERCENTILES` [5] of the natural logarithm of F0 in Hz over voiced frames."""

    mean: float
    std: float
    percentiles: np.ndarray


def find_range(f0_hz):
    """Find a speaker's own F0 range in the F0s of a first, wide analysis.

    The main mode of a smoothed histogram of log-F0 is where the speaker speaks; octave errors and creak make smaller
    lobes an octave away. Outward from the mode, the range ends where the density falls below 5 % of the mode's, or, if
    it does not within an octave, in the valley before the next lobe. A margin of 0.1 octave is added.
    Measured on ten speakers of VCC2016 against Harvest, 60 to 500 Hz (`benchmarks/f0_range.py`): from the wide range to
    the own one gross errors of DIO fall from 1.31 to 1.17 % and frames it has right rise from 78.5 to 79.4 %.
    (De Looze and Hirst 2008, "Detecting changes in key and range", Speech Prosody, take quartiles instead.)

    Parameters
    ----------
    f0_hz : ndarray [n]
        The frames of many utterances of one speaker, analyzed with `WIDE_RANGE_HZ`; 0 where unvoiced.

    Returns
    -------
    floor_hz, ceiling_hz : float
        Within `WIDE_RANGE_HZ`; `WIDE_RANGE_HZ` itself if fewer than 200 frames (one second) are voiced.

    Raises
    ------
    VconvError
        No frame is voiced.
    """
    voiced = _voiced(f0_hz)
    if len(voiced) < MIN_VOICED:
        return WIDE_RANGE_HZ
    low, high = np.log2(WIDE_RANGE_HZ)
    bins = int(round((high - low) * BINS_PER_OCTAVE))
    counts, edges = np.histogram(np.clip(np.log2(voiced), low, high), bins, (low, high))
    distance = np.arange(-BINS_PER_OCTAVE, BINS_PER_OCTAVE + 1) / BINS_PER_OCTAVE
    density = np.convolve(counts, np.exp(-0.5 * (distance / SMOOTHING_OCTAVES) ** 2), mode="same")
    mode = int(density.argmax())
    floor = edges[mode - _bins_to_edge(density[mode::-1])] - MARGIN_OCTAVES
    ceiling = edges[mode + _bins_to_edge(density[mode:]) + 1] + MARGIN_OCTAVES
    return max(float(2**floor), WIDE_RANGE_HZ[0]), min(float(2**ceiling), WIDE_RANGE_HZ[1])


def _bins_to_edge(density):
    """Return how many bins lie between the mode, which `density` starts with, and the end of the speaker's range."""
    within = density[: BINS_PER_OCTAVE + 1]
    faint = within < SHARE_OF_PEAK * within[0]
    return int(faint.argmax() if faint.any() else within.argmin())


def log_f0_statistics(f0_hz):
    """Return the `LogF0` of the voiced frames of `f0_hz` [n]; VconvError if there are none."""
    log_f0 = np.log(_voiced(f0_hz))
    return LogF0(float(log_f0.mean()), float(log_f0.std()), np.percentile(log_f0, PERCENTILES))


def convert_linear(f0_hz, source, target):
    """Convert F0 by a line in log-F0, so that mean and standard deviation become the target's.

    Parameters
    ----------
    f0_hz : ndarray [T]
        In Hz; 0 where unvoiced, which stays 0.
    source, target : LogF0

    Returns
    -------
    f0_hz : ndarray [T], float64
    """
    stretch = target.std / source.std if source.std > 0 else 1.0
    return _moved(f0_hz, lambda log_f0: (log_f0 - source.mean) * stretch + target.mean)


def convert_by_percentiles(f0_hz, source, target):
    """Convert F0 by lines between the percentiles of log-F0, which become the target's.

    F0 outside the outermost percentiles moves by as much as these. Creak and octave errors shift mean and standard
    deviation, but hardly the percentiles (docs/experiments.md). For a monotone source the median becomes the target's.
    Parameters and result as of `convert_linear`.
    """
    own, wanted = source.percentiles, target.percentiles
    if own[0] == own[-1]:
        return _moved(f0_hz, lambda log_f0: log_f0 - own[2] + wanted[2])
    return _moved(f0_hz, lambda log_f0: np.interp(log_f0, own, wanted) + log_f0 - np.clip(log_f0, own[0], own[-1]))


def _moved(f0_hz, rule):
    """Return F0 [T] with `rule` applied to the logarithm of voiced frames."""
    f0_hz = np.asarray(f0_hz, dtype=np.float64)
    voiced = f0_hz > 0
    moved = np.zeros_like(f0_hz)
    moved[voiced] = np.exp(rule(np.log(f0_hz[voiced])))
    return moved


def _voiced(f0_hz):
    """Return the voiced frames of `f0_hz` or raise a VconvError if there are none."""
    f0_hz = np.asarray(f0_hz, dtype=np.float64)
    voiced = f0_hz[f0_hz > 0]
    if not len(voiced):
        raise VconvError(
            f"none of {f0_hz.size} frames is voiced, so the speaker has no pitch; "
            "give recordings of speech or set the F0 range by hand"
        )
    return voiced
