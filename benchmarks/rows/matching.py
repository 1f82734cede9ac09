"""The neighbor search of `vconv match`, against the peak of matrix products and scikit-learn's brute force."""

import numpy as np
import probes
from row import Limit, Row, Work
from threadpoolctl import threadpool_limits

SIZE, QUICK_SIZE = 6000, 300
DIMENSIONS = 42


def neighbors(inputs):
    """Return the work of finding the nearest neighbors of two speakers' frames in both directions, on one core."""
    from sklearn.neighbors import NearestNeighbors

    from vconv.alignment.neighbors import both_ways

    count = QUICK_SIZE if inputs.quick else SIZE
    one, other = np.random.default_rng(0).normal(size=(2, count, DIMENSIONS)).astype(np.float32)

    def ours():
        with threadpool_limits(1):
            both_ways(one, other)

    def brute_force():
        with threadpool_limits(1):
            for queries, references in (one, other), (other, one):
                NearestNeighbors(n_neighbors=1, algorithm="brute").fit(references).kneighbors(queries)

    needed = 2 * count**2 * (DIMENSIONS + 1) / 1e9
    return Work(2 * count, ours, brute_force, Limit(probes.matrix_product_on_one_core(inputs.quick), needed))


ROWS = [
    Row(
        "match-neighbors",
        "neighbor search of `vconv match`, one core",
        "frames",
        neighbors,
        "scikit-learn, brute force",
    )
]
