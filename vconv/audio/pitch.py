"""Pitch of a speaker: the F0 range to search, log-F0 statistics, and moving F0 from one speaker to another."""
import numpy as np

from vconv.errors import VconvError

WIDE_RANGE_HZ = (50.0, 600.0)
MARGIN = 1.1
WIDTH_OCTAVES = 0.75


def find_range(f0_hz):
    """Find a speaker's own F0 range in the F0s of a first, wide analysis.

    Parameters
    ----------
    f0_hz : ndarray [n]
        The frames of many utterances, analysed with `WIDE_RANGE_HZ`; 0 where unvoiced.

    Returns
    -------
    floor_hz, ceiling_hz : float

    Raises
    ------
    VconvError
        No frame is voiced.
    """
    octaves = np.log2(_voiced(f0_hz))
    mode = np.median(octaves)
    own = octaves[np.abs(octaves - mode) < WIDTH_OCTAVES]
    low, high = np.percentile(own, [1, 99])
    floor, ceiling = WIDE_RANGE_HZ
    return max(floor, float(2 ** low / MARGIN)), min(ceiling, float(2 ** high * MARGIN))


def log_f0_statistics(f0_hz):
    """Return mean and standard deviation of the natural logarithm of F0 over the voiced frames of `f0_hz` [n]."""
    log_f0 = np.log(_voiced(f0_hz))
    return float(log_f0.mean()), float(log_f0.std())


def convert(f0_hz, source, target):
    """Move F0 from one speaker to another: linear in log-F0, so that mean and deviation become the target's.

    Parameters
    ----------
    f0_hz : ndarray [T]
        In Hz; 0 where unvoiced, which stays 0.
    source, target : (float, float)
        Mean and standard deviation of natural log-F0, as from `log_f0_statistics`.

    Returns
    -------
    f0_hz : ndarray [T], float64
    """
    f0_hz = np.asarray(f0_hz, dtype=np.float64)
    voiced = f0_hz > 0
    stretch = target[1] / source[1] if source[1] > 0 else 1.0
    converted = np.zeros_like(f0_hz)
    converted[voiced] = np.exp((np.log(f0_hz[voiced]) - source[0]) * stretch + target[0])
    return converted


def _voiced(f0_hz):
    """Return the voiced frames of `f0_hz` or raise a VconvError if there are none."""
    f0_hz = np.asarray(f0_hz, dtype=np.float64)
    voiced = f0_hz[f0_hz > 0]
    if not len(voiced):
        raise VconvError(f"none of {f0_hz.size} frames is voiced, so the speaker has no pitch; "
                         "give recordings of speech or set the F0 range by hand")
    return voiced
