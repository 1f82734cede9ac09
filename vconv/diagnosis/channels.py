"""Checks of the channels of a file: a dead one, or one in opposite phase."""

import numpy as np

from vconv.audio import samples
from vconv.diagnosis.findings import NOTE, WARNING, Finding

DEAD_DB = -30.0  # level of a channel, relative to the loudest


def powers(blocks):
    """Return the mean power of each channel, without its offset.

    Parameters
    ----------
    blocks : iterable of ndarray [n, C]
        The samples of a file.

    Returns
    -------
    power : ndarray [C]
    power_of_mean : float
        That of the mean of the channels.
    """
    count, sums, squares = 0, 0.0, 0.0
    for block in blocks:
        both = np.column_stack([block, block.mean(axis=1)])
        count, sums, squares = count + len(block), sums + both.sum(axis=0), squares + np.square(both).sum(axis=0)
    power = squares / count - np.square(sums / count)
    return power[:-1], power[-1]


def wrong_channel(power, power_of_mean):
    """Return the finding of a channel that is dead or in opposite phase, or None; parameters as from `powers`."""
    inverted, told = samples.uncanceled_channel(power, power_of_mean)
    if inverted is not None:
        return Finding("inverted channel", WARNING, told, "export one channel alone, or turn the phase of the other")
    dead = np.flatnonzero(power < power.max() * 10 ** (DEAD_DB / 10))
    if not len(dead):
        return None
    return Finding(
        "dead channel",
        NOTE,
        f"channel {dead[0] + 1} of {len(power)} is silent, and the mean of the channels is used",
        f"export channel {int(power.argmax()) + 1} alone",
    )
