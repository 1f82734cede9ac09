"""Distances between histograms of the values, for each frequency bin."""

from typing import NamedTuple

import numpy as np
from scipy.spatial.distance import jensenshannon

BINS = 64


class HistogramDistances(NamedTuple):
    """Distances between the histograms of two sets, one for each frequency bin.

    Attributes
    ----------
    jensen_shannon : ndarray [height]
        In bits, 0 (equal) to 1 (disjoint).
    bhattacharyya : ndarray [height]
        In nats, 0 (equal) to infinity (disjoint).
    """

    jensen_shannon: np.ndarray
    bhattacharyya: np.ndarray


def bin_edges(reference, bins=BINS):
    """Return the edges [bins + 3] of `bins` equal bins over the range of the reference, and of two open bins.

    The edges depend only on the reference, so all sets compared with it have the same bins. The first and the last bin
    reach to −∞ and ∞ and count the values outside the range. So outliers of another set do not widen the bins, and a
    set outside the range is disjoint from the reference. If the reference has a single value, all other values are
    outside its range.
    """
    low, high = np.min(reference), np.max(reference)
    inner = np.linspace(low, high, bins + 1, dtype=np.float64)
    inner[-1] = np.nextafter(
        np.float64(high), np.inf
    )  # bins are closed below and open above; this includes the maximum
    return np.concatenate([[-np.inf], inner, [np.inf]])


def histogram(values, edges):
    """Return the share of `values` (any shape) in each bin: [bins], with the sum 1."""
    counts, _ = np.histogram(np.asarray(values, np.float64), edges)
    return counts / counts.sum()


def jensen_shannon(p, q):
    """Return the Jensen–Shannon divergence of histograms [..., bins] in bits, from 0 (equal) to 1 (disjoint).

    H((p + q) / 2) − (H(p) + H(q)) / 2; Lin 1991, "Divergence measures based on the Shannon entropy", IEEE Trans. Inf.
    Theory 37(1), equation 4.1.
    """
    with np.errstate(
        invalid="ignore"
    ):  # SciPy's root is NaN where rounding makes the divergence of equal ones negative
        distance = jensenshannon(p, q, base=2, axis=-1)
    return np.minimum(np.nan_to_num(distance, nan=0.0) ** 2, 1)


def bhattacharyya(p, q):
    """Return the Bhattacharyya distance of histograms [..., bins] in nats, from 0 (equal) to infinity (disjoint).

    −ln Σ √(p q); Kailath 1967, "The divergence and Bhattacharyya distance measures in signal selection", IEEE Trans.
    Commun. 15(1).
    """
    return _distance(
        np.minimum(np.sqrt(np.asarray(p, np.float64) * q).sum(axis=-1), 1)
    )  # rounding may give more than 1


def mean_bhattacharyya(distances):
    """Return the Bhattacharyya distance of the mean overlap; one disjoint frequency bin does not make it infinite."""
    return float(_distance(np.exp(-np.asarray(distances)).mean()))


def histogram_distances(samples, reference, bins=BINS):
    """Compare the histograms of two sets of patches for each frequency bin.

    Parameters
    ----------
    samples, reference : ndarray [n, height, ...], [m, height, ...]
        The second axis is the frequency axis. The values of all other axes are pooled.
    bins : int
        Number of equal bins over the range of the reference in the frequency bin; see `bin_edges`.

    Returns
    -------
    distances : HistogramDistances
    """
    pairs = []
    for row in range(reference.shape[1]):
        edges = bin_edges(reference[:, row], bins)
        pairs.append([histogram(patches[:, row], edges) for patches in (samples, reference)])
    p, q = np.moveaxis(np.array(pairs), 1, 0)
    return HistogramDistances(jensen_shannon(p, q), bhattacharyya(p, q))


def _distance(coefficient):
    """Return the Bhattacharyya distance of an overlap between 0 and 1."""
    with np.errstate(divide="ignore"):
        return -np.log(coefficient) + 0.0  # + 0.0 turns -0.0 into 0.0
