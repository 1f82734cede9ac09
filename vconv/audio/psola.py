"""PSOLA: the pitch of a recording is moved, its resonances and its length stay.

Pieces of two periods are cut out around each period and laid down again nearer each other or farther apart (TD-PSOLA;
Moulines and Charpentier 1990, doi 10.1016/0167-6393(90)90021-Z).
"""

from typing import NamedTuple

import numpy as np

UNVOICED_S = 0.005  # between two pieces where there is no pitch
SLACK = 0.15  # of a period: how far a mark may lie from where the last one and the pitch expect it


class Marks(NamedTuple):
    """Where the periods of a recording are: places int [n] ascending and periods float [n] in samples, voiced [n]."""

    places: np.ndarray
    periods: np.ndarray
    voiced: np.ndarray


def marks(y, f0_hz, rate, frame_period_ms):
    """Return the `Marks` of a signal: on the highest sample of each period, evenly spaced where there is no pitch.

    Parameters
    ----------
    y : ndarray [samples]
    f0_hz : ndarray [T]
        0 where unvoiced.
    rate : int
        In Hz.
    frame_period_ms : float
    """
    y = y if np.sum(y**3) >= 0 else -y  # the side on which the pulses of the glottis are sharp
    found, expected, voiced_before = [], 0.0, False
    while expected < len(y):
        f0 = f0_hz[_frame(expected, rate, frame_period_ms, len(f0_hz))]
        period, place = rate / f0 if f0 > 0 else UNVOICED_S * rate, int(expected)
        if f0 > 0:
            first, last = (-SLACK, SLACK) if voiced_before else (0, 1)
            first, last = max(int(expected + first * period), 0), int(expected + last * period) + 1
            place = first + int(np.argmax(y[first:last]))
        found.append((place, period, f0 > 0))
        expected, voiced_before = place + period, f0 > 0
    return Marks(*(np.array(part) for part in zip(*found, strict=True)))


def move_pitch(y, f0_hz, new_f0_hz, rate, frame_period_ms):
    """Return a signal of the same length whose pitch is another.

    Parameters
    ----------
    y : ndarray [samples], float64
    f0_hz, new_f0_hz : ndarray [T]
        What the pitch is and what it shall be in frames `frame_period_ms` apart, at most half the rate; 0 where
        unvoiced, in both alike.
    rate : int
        In Hz.
    frame_period_ms : float
    """
    source = marks(y, f0_hz, rate, frame_period_ms)
    reach = int(source.periods.max()) + 1
    padded, said = np.pad(y, reach), np.zeros(len(y) + 2 * reach)
    place = float(source.places[0])
    while place < len(y):
        nearest = _nearest(source.places, place)
        period, length = source.periods[nearest], int(source.periods[nearest])
        new_f0 = new_f0_hz[_frame(place, rate, frame_period_ms, len(f0_hz))]
        new_period = rate / new_f0 if source.voiced[nearest] and new_f0 > 0 else period
        piece = padded[reach + source.places[nearest] - length : reach + source.places[nearest] + length + 1]
        there = reach + round(place) - length
        # Pieces twice as often are twice the power: the square root leaves it what it was.
        said[there : there + len(piece)] += np.sqrt(new_period / period) * np.hanning(2 * length + 1) * piece
        place += new_period
    return said[reach:-reach]


def _frame(place, rate, frame_period_ms, count):
    """Return the number of the frame nearest a sample."""
    return min(round(place / rate * 1000 / frame_period_ms), count - 1)


def _nearest(places, place):
    """Return which of the ascending `places` is nearest."""
    after = min(int(np.searchsorted(places, place)), len(places) - 1)
    return after - 1 if after and place - places[after - 1] < places[after] - place else after
