"""Clusters: what lies together has one label, the labels depend on the seed alone."""

import numpy as np

from vconv.alignment import clusters

CENTRES = np.random.default_rng(0).normal(size=(6, 4)) * 20
OF = np.random.default_rng(1).integers(6, size=900)
POINTS = (CENTRES[OF] + np.random.default_rng(2).normal(size=(900, 4)) * 0.1).astype(np.float32)


def test_what_lies_together_has_one_label(monkeypatch):
    monkeypatch.setattr(clusters, "SAMPLE", 300)
    found = clusters.label(POINTS.__getitem__, 900, 30, 0)
    assert found.shape == (900,) and found.dtype == np.int32 and 0 <= found.min() and found.max() < 30
    for label in set(found):
        assert len(set(OF[found == label])) == 1


def test_the_seed_decides():
    one, same, other = (clusters.label(POINTS.__getitem__, 900, 6, seed) for seed in ((3, 0), (3, 0), (3, 1)))
    np.testing.assert_array_equal(one, same)
    assert (one != other).any()


def test_fewer_rows_than_clusters():
    assert set(clusters.label(POINTS.__getitem__, 3, 10, 0)) <= {0, 1, 2}
    assert clusters.label(POINTS.__getitem__, 1, 10, 0).tolist() == [0]
