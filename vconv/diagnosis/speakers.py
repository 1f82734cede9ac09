"""What the recordings of a speaker have in common: amount, level and F0."""

from typing import NamedTuple

import numpy as np

from vconv.audio.f0 import WIDE_RANGE_HZ

BINS_PER_OCTAVE = 24  # of `f0_counts`
BINS = int(BINS_PER_OCTAVE * np.log2(WIDE_RANGE_HZ[1] / WIDE_RANGE_HZ[0]))
F0_SHARES = 0.05, 0.5, 0.95  # of the voiced frames that are lower


class Speaker(NamedTuple):
    """What is told about a speaker.

    Attributes
    ----------
    name : str
    recordings : int
        That can be used.
    speech_s : float
    level_db : tuple of float
        Lowest, median and highest level of the speech in a recording, relative to full scale.
    f0_hz : tuple of float or None
        What 5 %, 50 % and 95 % of the voiced frames are below; None without a voiced frame.
    """

    name: str
    recordings: int
    speech_s: float
    level_db: tuple
    f0_hz: tuple | None


def f0_counts(f0_hz):
    """Return how many frames are in each quarter tone of `WIDE_RANGE_HZ`, int64 [96], of f0_hz [T], 0 if unvoiced."""
    octave = np.log2(f0_hz[f0_hz > 0] / WIDE_RANGE_HZ[0])
    return np.bincount(np.clip((octave * BINS_PER_OCTAVE).astype(int), 0, BINS - 1), minlength=BINS)


def f0_quantiles_hz(counts):
    """Return F0, in Hz, that the shares `F0_SHARES` of the frames are below, from their `f0_counts`; or None."""
    if not counts.any():
        return None
    below = np.concatenate([[0], np.cumsum(counts)]) / counts.sum()
    octave = np.interp(F0_SHARES, below, np.arange(BINS + 1)) / BINS_PER_OCTAVE
    return tuple((WIDE_RANGE_HZ[0] * 2**octave).tolist())


def speakers(summaries):
    """Return a `Speaker` for each speaker of `Summary`s, by name."""
    found = []
    for name in sorted({one.speaker for one in summaries}):
        own = [one for one in summaries if one.speaker == name]
        level_db = tuple(np.quantile([one.level_db for one in own], (0, 0.5, 1)).tolist())
        f0_hz = f0_quantiles_hz(sum(one.f0_counts for one in own))
        found.append(Speaker(name, len(own), sum(one.speech_s for one in own), level_db, f0_hz))
    return found
