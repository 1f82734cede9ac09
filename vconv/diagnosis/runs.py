"""Runs of equal samples: flat tops of clipped waves, and zeros inside speech."""

from typing import NamedTuple

import numpy as np

SHORTEST_FLAT = 3  # equal samples
NEAR_EXTREME = 0.9  # of the segment's highest or lowest sample
SHORTEST_HOLE_S = 0.004
AROUND_S = 0.005  # before and after a hole, whose power tells whether it is inside speech


class Flat(NamedTuple):
    """Runs of equal samples near the extremes of a segment: their first sample [n], length [n] and value [n]."""

    first: np.ndarray
    length: np.ndarray
    value: np.ndarray


class Holes(NamedTuple):
    """Runs of exact zeros.

    Attributes
    ----------
    first, length : ndarray [n]
        In samples.
    around : ndarray [n]
        RMS of 5 ms before or after the run, where it is lower.
    """

    first: np.ndarray
    length: np.ndarray
    around: np.ndarray


def equal_runs(y):
    """Return first sample [n] and length [n] of the runs of two or more equal samples of a signal."""
    equal = np.concatenate([[False], np.diff(y) == 0, [False]])
    edges = np.flatnonzero(np.diff(equal))
    first = edges[::2]
    return first, edges[1::2] - first + 1


def flat(y, offset):
    """Return the `Flat` of a segment [samples] that begins at sample `offset`."""
    first, length = equal_runs(y)
    value = y[first]
    extreme = ((value > 0) & (value >= NEAR_EXTREME * y.max())) | ((value < 0) & (value <= NEAR_EXTREME * y.min()))
    chosen = (length >= SHORTEST_FLAT) & extreme
    return Flat(first[chosen] + offset, length[chosen], value[chosen])


def holes(y, rate, offset):
    """Return the `Holes` of a segment [samples] that begins at sample `offset`; those at its ends are none."""
    first, length = equal_runs(y)
    chosen = (y[first] == 0) & (length >= SHORTEST_HOLE_S * rate) & (first > 0) & (first + length < len(y))
    first, length = first[chosen], length[chosen]
    energy, reach = np.concatenate([[0.0], np.cumsum(np.square(y))]), int(AROUND_S * rate)
    before, after = np.maximum(first - reach, 0), np.minimum(first + length + reach, len(y))
    power = np.minimum(energy[first] - energy[before], energy[after] - energy[first + length]) / reach
    return Holes(first + offset, length, np.sqrt(np.maximum(power, 0)))


def joined(parts, kind):
    """Return the runs of several segments as one `kind`."""
    return kind(*(np.concatenate(arrays) for arrays in zip(*parts, strict=True)))
