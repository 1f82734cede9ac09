"""Exact nearest neighbors of vectors, by matrix products in blocks that fit the cache."""

import numpy as np

TABLE_VALUES = 1 << 22  # distances computed at once: 16 MB of float32, which fit the processor's cache


def both_ways(one, other):
    """Return the nearest neighbor in `other` of each vector of `one`, and the reverse, from one set of distances.

    Parameters
    ----------
    one : ndarray [n, D], float32
    other : ndarray [m, D], float32

    Returns
    -------
    pairs : ndarray [n + m, 2], int64
        Index into `one`, index into `other`: first the neighbor of each vector of `one`, then of each of `other`.
    distances : ndarray [n + m], float32
        Squared Euclidean distances of the pairs.
    """
    forth, back = np.empty(len(one), np.int64), np.empty(len(other), np.int64)
    forth_distance, back_distance = np.empty(len(one), np.float32), np.full(len(other), np.inf, np.float32)
    matrix = _reference_matrix(other)
    for chunk in _chunks(len(one), len(other)):
        table = _table(one[chunk], matrix) + np.square(one[chunk]).sum(axis=1, keepdims=True)
        forth[chunk] = table.argmin(axis=1)
        forth_distance[chunk] = table[np.arange(len(table)), forth[chunk]]
        nearest = table.argmin(axis=0)
        distance = table[nearest, np.arange(len(other))]
        closer = distance < back_distance
        back[closer], back_distance[closer] = nearest[closer] + chunk.start, distance[closer]
    pairs = np.concatenate([np.stack([np.arange(len(one)), forth], 1), np.stack([back, np.arange(len(other))], 1)])
    return pairs, np.concatenate([forth_distance, back_distance])


def _reference_matrix(references):
    """Return the matrix [D + 1, r] with which `_table` multiplies queries."""
    return np.concatenate([-2 * references.T, np.square(references).sum(axis=1)[None]])


def _table(queries, matrix):
    """Return squared distances [q, r] of queries and references, without the term of the query's squared length."""
    return np.concatenate([queries, np.ones((len(queries), 1), np.float32)], axis=1) @ matrix


def _chunks(count, width):
    """Return slices of `count` vectors, so that chunk length · `width` is at most `TABLE_VALUES`."""
    step = max(1, TABLE_VALUES // width)
    return [slice(start, min(start + step, count)) for start in range(0, count, step)]
