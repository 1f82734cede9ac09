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


def marks(y, f0_hz, rate, frame_period_ms):
    """Return the `Marks` of a signal: the highest sample of each period, and evenly spaced marks where unvoiced.

    Parameters
    ----------
    y : ndarray [samples]
    f0_hz : ndarray [T]
        In Hz; 0 where unvoiced.
    rate : int
        In Hz.
    frame_period_ms : float
    """
    y = y if np.sum(y**3) >= 0 else -y  # glottal pulses are sharp on the side to which the samples are skewed
    entries, expected, voiced_before = [], 0.0, False
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
    source = marks(y, f0_hz, rate, frame_period_ms)
    margin = int(source.periods.max()) + 1
    padded, moved = np.pad(y, margin), np.zeros(len(y) + 2 * margin)
    position = float(source.positions[0])
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
    return moved[margin:-margin]


def _frame(position, rate, frame_period_ms, count):
    """Return the number of the frame nearest to a sample, of `count` frames."""
    return min(round(position / rate * 1000 / frame_period_ms), count - 1)


def _nearest(positions, position):
    """Return the index of the nearest of ascending `positions`."""
    after = min(int(np.searchsorted(positions, position)), len(positions) - 1)
    return after - 1 if after and position - positions[after - 1] < positions[after] - position else after
