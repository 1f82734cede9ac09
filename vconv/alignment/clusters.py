"""Clusters of rows: the hidden units that the encoder learns to name (Hsu et al. 2021, arXiv 2106.07447)."""

import numpy as np
from sklearn.cluster import MiniBatchKMeans

from vconv.alignment.spaces import SAMPLE, chunks


def label(space, count, units, seed):
    """Cluster rows by k-means and say which cluster each belongs to.

    Parameters
    ----------
    space : callable
        Takes row numbers, ascending int64 [m], and returns float32 [m, D], where to cluster them.
    count : int
        The rows are 0 … count − 1; the clusters are made from 60,000 of them at most.
    units : int
        Clusters; fewer, if there are fewer rows.
    seed : int or tuple of int
        Chooses the sample, starts the clusters.

    Returns
    -------
    labels : ndarray [count], int32
        From 0 to `units` − 1.
    """
    random = np.random.default_rng(seed)
    sample = np.sort(random.choice(count, min(SAMPLE, count), replace=False))
    means = MiniBatchKMeans(min(units, len(sample)), batch_size=4096, n_init=1, max_iter=30,
                            random_state=int(random.integers(1 << 31))).fit(space(sample))
    return np.concatenate([means.predict(space(chunk)) for chunk in chunks(np.arange(count))]).astype(np.int32)
