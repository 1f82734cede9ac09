"""Spaces: what is compared, and that principal components keep the distances."""

import numpy as np
from scipy.spatial.distance import pdist

from vconv.alignment import spaces
from vconv.alignment.rows import Rows


def test_with_all_components_distances_are_those_of_weighted_content_and_codes(trio):
    rows = Rows(trio.store, trio.statistics)
    codes = np.random.default_rng(0).normal(size=(len(rows.first), 3)).astype(np.float32)
    found = spaces.matching(rows, codes, {"code_weight": 0.5, "dimensions": 999})
    before, after = np.maximum(np.arange(len(rows.first)) - 2, rows.first), np.arange(len(rows.first)) + 2
    weighted = rows.content * spaces.WEIGHTS
    expected = np.hstack([weighted[before], weighted, weighted[np.minimum(after, rows.last)], 0.5 * codes])
    assert found.shape == expected.shape and found.dtype == np.float32
    np.testing.assert_allclose(pdist(found[::5]), pdist(expected[::5]), rtol=1e-3, atol=1e-3)


def test_the_components_left_out_are_those_that_matter_least(trio):
    rows = Rows(trio.store, trio.statistics)
    codes = np.random.default_rng(0).normal(size=(len(rows.first), 3)).astype(np.float32)
    full, part = (spaces.matching(rows, codes, {"code_weight": 0.5, "dimensions": size}) for size in (84, 20))
    np.testing.assert_allclose(part, full[:, :20], atol=1e-4)
    variance = full[rows.training & rows.active].var(axis=0)
    assert variance[:20].min() > variance[20:].max()


def test_the_space_of_clusters(trio):
    rows = Rows(trio.store, trio.statistics)
    found = spaces.clustering(rows, np.array([0, 7]))
    assert found.shape == (2, 75)
    columns = [*range(12), 24, 25, 26]
    np.testing.assert_array_equal(found[1].reshape(5, 15), rows.content[[3, 5, 7, 9, 11]][:, columns])
    np.testing.assert_array_equal(found[0].reshape(5, 15), rows.content[[0, 0, 0, 2, 4]][:, columns])


def test_evenly_spread():
    np.testing.assert_array_equal(spaces.spread(np.arange(10, 21), 6), [10, 12, 14, 16, 18, 20])
    np.testing.assert_array_equal(spaces.spread(np.arange(3), 5), [0, 1, 2])
    assert len(spaces.spread(np.arange(3), 0)) == 0
    assert [len(chunk) for chunk in spaces.chunks(np.arange(7), 3)] == [3, 3, 1]
