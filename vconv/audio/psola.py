"""PSOLA: change the F0 of a recording and keep its spectral envelope and its length.

Segments of two periods are cut out around pitch marks and overlap-added at the distance of the new period (TD-PSOLA;
Moulines and Charpentier 1990, doi 10.1016/0167-6393(90)90021-Z).
"""

from typing import NamedTuple

import numpy as np

UNVOICED_S = 0.005  # distance of two marks in unvoiced frames
TOLERANCE = 0.15  # of a period: largest distance of a mark from the position that the previous mark and F0 predict


class Marks(NamedTuple):
    """Pitch marks of a recording.

    Attributes
    ----------
    positions : ndarray [n], int
        In samples, ascending.
    periods : ndarray [n], float
        In samples.
    voiced : ndarray [n], bool
    """

    positions: np.ndarray
    periods: np.ndarray
    voiced: np.ndarray


class Chain(NamedTuple):
    """Where the marks of a recording, and the segments of its result, go on; in samples.

    Attributes
    ----------
    expected : float
        Where the next mark is expected.
    voiced : bool
        Whether the mark before it is voiced.
    position : float or None
        Where the next segment is put; None for the first mark.
    upright : bool or None
        Whether the glottal pulses are sharp on the positive side, `is_upright`; None if the signal itself decides.
    """

    expected: float = 0.0
    voiced: bool = False
    position: float | None = None
    upright: bool | None = None


START = Chain()  # of a whole recording


def is_upright(cubes):
    """Return whether glottal pulses are sharp on the positive side: the one to which the samples are skewed.

    `cubes` is the sum of the cubes of all samples.
    """
    return cubes >= 0


def marks(y, f0_hz, rate, frame_period_ms, chain=START):
    """Return the `Marks` of a signal: the highest sample of each period, and evenly spaced marks where unvoiced.

    Parameters
    ----------
    y : ndarray [samples]
    f0_hz : ndarray [T]
        In Hz; 0 where unvoiced.
    rate : int
        In Hz.
    frame_period_ms : float
    chain : Chain
        How the marks before the signal end.
    """
    expected, voiced_before, _, upright = chain
    y = y if (is_upright(np.sum(y**3)) if upright is None else upright) else -y
    entries = []
    while expected < len(y):
        f0 = f0_hz[_frame(expected, rate, frame_period_ms, len(f0_hz))]
        period, position = rate / f0 if f0 > 0 else UNVOICED_S * rate, int(expected)
        if f0 > 0:
            first, last = (-TOLERANCE, TOLERANCE) if voiced_before else (0, 1)
            first, last = max(int(expected + first * period), 0), int(expected + last * period) + 1
            position = first + int(np.argmax(y[first:last]))
        entries.append((position, period, f0 > 0))
        expected, voiced_before = position + period, f0 > 0
    return Marks(*(np.array(column) for column in zip(*entries, strict=True)))


def move_pitch(y, f0_hz, new_f0_hz, rate, frame_period_ms):
    """Return a signal of the same length with another F0.

    Parameters
    ----------
    y : ndarray [samples], float64
    f0_hz, new_f0_hz : ndarray [T]
        F0 of the signal and of the result, in Hz, at most half the rate. Both are 0 in the same, unvoiced, frames.
    rate : int
        In Hz.
    frame_period_ms : float

    Returns
    -------
    moved : ndarray [samples], float64
    """
    return move_pitch_of_block(y, f0_hz, new_f0_hz, rate, frame_period_ms, START, len(y))[0]


def move_pitch_of_block(y, f0_hz, new_f0_hz, rate, frame_period_ms, chain, handover):
    """Return the result of `move_pitch` for a block of a signal, and the `Chain` for the next block.

    Overlapping blocks agree in the overlap, apart from a few periods at its ends.

    Parameters
    ----------
    y, f0_hz, new_f0_hz, rate, frame_period_ms
        As of `move_pitch`.
    chain : Chain
        The one that the block before returned.
    handover : int
        The sample at which the next block begins.

    Returns
    -------
    moved : ndarray [samples], float64
    chain : Chain
        Relative to the next block.
    """
    source = marks(y, f0_hz, rate, frame_period_ms, chain)
    margin = int(source.periods.max()) + 1
    padded, moved = np.pad(y, margin), np.zeros(len(y) + 2 * margin)
    position = next_position = float(source.positions[0]) if chain.position is None else chain.position
    while position < len(y):
        nearest = _nearest(source.positions, position)
        period, length = source.periods[nearest], int(source.periods[nearest])
        new_f0 = new_f0_hz[_frame(position, rate, frame_period_ms, len(f0_hz))]
        new_period = rate / new_f0 if source.voiced[nearest] and new_f0 > 0 else period
        segment = padded[margin + source.positions[nearest] - length : margin + source.positions[nearest] + length + 1]
        first = margin + round(position) - length
        # Segments at half the distance would have twice the power; the square root keeps the power.
        moved[first : first + len(segment)] += np.sqrt(new_period / period) * np.hanning(2 * length + 1) * segment
        position += new_period
        next_position = position if next_position < handover else next_position
    last = np.searchsorted(source.positions, handover) - 1
    expected = source.positions[last] + source.periods[last] - handover
    upright = chain.upright
    return moved[margin:-margin], Chain(expected, bool(source.voiced[last]), next_position - handover, upright)


def _frame(position, rate, frame_period_ms, count):
    """Return the number of the frame nearest to a sample, of `count` frames."""
    return min(max(round(position / rate * 1000 / frame_period_ms), 0), count - 1)


def _nearest(positions, position):
    """Return the index of the nearest of ascending `positions`."""
    after = min(int(np.searchsorted(positions, position)), len(positions) - 1)
    return after - 1 if after and position - positions[after - 1] < positions[after] - position else after
