"""An affine map from one voice into another without parallel sentences (Erro, Moreno and Bonafonte 2010, INCA)."""

import numpy as np

from vconv.alignment.neighbours import both_ways


def adapt(source, target, first, settings):
    """Fit a map under which the rows of two speakers lie among each other.

    In turn each row is paired with its nearest neighbour, from the source's rows to the target's and back, and a map is
    fitted to the pairs; the next neighbours are sought where that map leads.

    Parameters
    ----------
    source : ndarray [n, D], float32
    target : ndarray [m, D], float32
    first : (ndarray [n, E], ndarray [m, E]), float32
        The same rows in another space, where neighbours are sought before there is a map.
    settings : dict
        The section `adaptation` of match.yaml: `rounds`, `keep`, `ridge`.

    Returns
    -------
    affine : ndarray [D + 1, D], float32
        For `apply`.
    """
    here, there = first
    for _ in range(settings["rounds"]):
        pairs, distances = both_ways(here, there)
        near = pairs[distances <= np.quantile(distances, settings["keep"])]
        affine = _fit(source[near[:, 0]], target[near[:, 1]], settings["ridge"])
        here, there = apply(affine, source), target
    return affine


def apply(affine, values):
    """Return `values` [n, D], mapped."""
    return values @ affine[:-1] + affine[-1]


def _fit(x, y, ridge):
    """Return the affine map [D + 1, D] that takes x to y with least squared error; `ridge` draws it to the identity.

    The identity rather than nothing, because a speaker of whom there are but seconds is better left where he is. The
    constant is free.
    """
    x1 = np.concatenate([x, np.ones((len(x), 1), x.dtype)], axis=1)
    gram = (x1.T @ x1).astype(np.float64)
    gram[np.diag_indices(x.shape[1])] += ridge
    change = np.linalg.solve(gram, (x1.T @ (y - x)).astype(np.float64))
    change[np.diag_indices(x.shape[1])] += 1
    return change.astype(np.float32)
