"""Exact nearest neighbors by matrix products, in tables that stay small."""

import numpy as np

TABLE_VALUES = 1 << 22  # of float32, 16 MB: more would leave the processor's cache


def both_ways(one, other):
    """Find the nearest of `other` to each of `one`, and the nearest of `one` to each of `other`, from the same tables.

    Parameters
    ----------
    one : ndarray [n, D], float32
    other : ndarray [m, D], float32

    Returns
    -------
    pairs : ndarray [n + m, 2], int64
        A row of `one` and a row of `other`: first the nearest to each of `one`, then the nearest to each of `other`.
    distances : ndarray [n + m], float32
        Their squared Euclidean distances.
    """
    forth, back = np.empty(len(one), np.int64), np.empty(len(other), np.int64)
    forth_distance, back_distance = np.empty(len(one), np.float32), np.full(len(other), np.inf, np.float32)
    prepared = _prepared(other)
    for rows in _chunks(len(one), len(other)):
        table = _table(one[rows], prepared) + np.square(one[rows]).sum(axis=1, keepdims=True)
        forth[rows] = table.argmin(axis=1)
        forth_distance[rows] = table[np.arange(len(table)), forth[rows]]
        nearest = table.argmin(axis=0)
        distance = table[nearest, np.arange(len(other))]
        nearer = distance < back_distance
        back[nearer], back_distance[nearer] = nearest[nearer] + rows.start, distance[nearer]
    pairs = np.concatenate([np.stack([np.arange(len(one)), forth], 1), np.stack([back, np.arange(len(other))], 1)])
    return pairs, np.concatenate([forth_distance, back_distance])


def _prepared(references):
    """Return the matrix [D + 1, r] for `_table`."""
    return np.concatenate([-2 * references.T, np.square(references).sum(axis=1)[None]])


def _table(queries, prepared):
    """Return the squared distances [q, r] less the query's squared length, which is the same for all references."""
    return np.concatenate([queries, np.ones((len(queries), 1), np.float32)], axis=1) @ prepared


def _chunks(count, width):
    """Return slices of `count` rows whose tables, `width` wide, hold at most `TABLE_VALUES`."""
    step = max(1, TABLE_VALUES // width)
    return [slice(start, min(start + step, count)) for start in range(0, count, step)]
