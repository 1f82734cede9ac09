"""Running statistics: moments and percentiles of data that come in portions, in constant memory."""

from collections import Counter
from dataclasses import dataclass, field

import numpy as np

from vconv.features.schema import LOWEST_LOG_SPECTRUM

CENT = np.log(2) / 1200  # of log-F0


class Moments:
    """Count, mean and variance of data that come in portions (Chan, Golub and LeVeque 1983, equation 2.1)."""

    def __init__(self, count=0, mean=0.0, squares=0.0):
        self.count, self.mean, self._squares = count, mean, squares

    @classmethod
    def of(cls, values):
        """Return the moments of `values` [n, ...] over the first axis; n may be 0."""
        if not len(values):
            return cls()
        mean = values.mean(axis=0)
        return cls(len(values), mean, np.square(values - mean).sum(axis=0))

    def __add__(self, other):
        if not self.count or not other.count:
            return self if self.count else other
        count, difference = self.count + other.count, other.mean - self.mean
        squares = self._squares + other._squares + np.square(difference) * (self.count * other.count / count)
        return Moments(count, self.mean + difference * (other.count / count), squares)

    def limited(self, count):
        """Return the moments with the weight of at most `count` data, so that newer data count for more."""
        share = min(1.0, count / self.count) if self.count else 1.0
        return Moments(self.count * share, self.mean, self._squares * share)

    @property
    def variance(self):
        """Mean squared difference from the mean."""
        return self._squares / self.count


class Percentiles:
    """Percentiles of numbers, exact to half a `step`: values are rounded to multiples of it and counted."""

    def __init__(self, step):
        self._step, self._counts = step, Counter()

    def add(self, values):
        """Count `values` [n]; n may be 0."""
        nearest, counts = np.unique(np.round(np.asarray(values) / self._step).astype(np.int64), return_counts=True)
        self._counts.update(dict(zip(nearest.tolist(), counts.tolist(), strict=True)))

    def at(self, percents):
        """Return the percentiles, float64 [len(percents)]."""
        values = np.array(sorted(self._counts))
        return self._step * _percentiles(values, [self._counts[value] for value in values], percents)


class Histogram:
    """Counts of each float16 value between -32 and 0 in each of K bins.

    There are only 20,480 such values, so nothing is rounded, and percentiles are exact for any number of frames.
    """

    _CODES = int(np.float16(-LOWEST_LOG_SPECTRUM).view(np.uint16))
    _PORTION = 8192  # frames that are counted at once; counting one frame takes as long as counting thousands

    def __init__(self, bins):
        self._counts = np.zeros((bins, self._CODES), np.uint32)
        self._waiting = []

    def add(self, log_spectrum):
        """Count `log_spectrum` [n, K], float16, between -32 and 0."""
        self._waiting.append(log_spectrum)
        if sum(map(len, self._waiting)) >= self._PORTION:
            self._count()

    def percentile(self, percent):
        """Return the percentile [K]."""
        self._count()
        values = -np.arange(self._CODES, dtype=np.uint16)[::-1].view(np.float16).astype(np.float64)
        return np.array([_percentiles(values, counts[::-1], percent) for counts in self._counts])

    def _count(self):
        """Count the frames that wait for it."""
        if self._waiting:
            # The bit pattern of a float16 without its sign is a whole number that increases with the magnitude.
            codes = np.ascontiguousarray((np.concatenate(self._waiting).view(np.uint16) & 0x7FFF).T)
            for counts, bin_codes in zip(self._counts, codes, strict=True):
                counts += np.bincount(bin_codes, minlength=self._CODES).astype(np.uint32)
            self._waiting = []


@dataclass
class SpeakerMoments:
    """Running statistics of one speaker: log-F0, acoustic features, and variances within utterances."""

    log_f0: Moments = field(default_factory=Moments)
    log_f0_percentiles: Percentiles = field(default_factory=lambda: Percentiles(CENT))
    spectral_variance: Moments = field(default_factory=Moments)
    acoustic: Moments = field(default_factory=Moments)
    acoustic_variance: Moments = field(default_factory=Moments)


def _percentiles(values, counts, percents):
    """Return percentiles of ascending `values` [n] with `counts` [n], interpolated like `numpy.percentile`."""
    at_or_below = np.cumsum(counts, dtype=np.int64)
    position = (at_or_below[-1] - 1) * np.asarray(percents) / 100
    below, above = np.floor(position), np.ceil(position)
    lower, upper = (values[np.searchsorted(at_or_below, rank, side="right")] for rank in (below, above))
    return lower + (upper - lower) * (position - below)
