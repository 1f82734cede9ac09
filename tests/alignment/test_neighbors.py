"""Nearest neighbors agree with the definition of the distance, for tables of any size."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vconv.alignment import neighbors

SIZES = {
    "queries": st.integers(1, 40),
    "references": st.integers(1, 90),
    "dimensions": st.integers(1, 9),
    "seed": st.integers(0, 99),
}


def clouds(queries, references, dimensions, seed):
    random = np.random.default_rng(seed)
    return (random.normal(size=(count, dimensions)).astype(np.float32) for count in (queries, references))


def distances(one, other):
    """Squared distances by their definition."""
    return np.square(one[:, None].astype(np.float64) - other).sum(axis=2)


@settings(max_examples=60, deadline=None)
@given(table=st.sampled_from([1, 100, 1 << 22]), **SIZES)
def test_each_query_and_each_reference_is_paired_with_its_nearest_neighbor(table, **sizes):
    one, other = clouds(**sizes)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(neighbors, "TABLE_VALUES", table)
        pairs, found = neighbors.both_ways(one, other)
    true = distances(one, other)
    np.testing.assert_array_equal(pairs[: len(one), 0], np.arange(len(one)))
    np.testing.assert_array_equal(pairs[len(one) :, 1], np.arange(len(other)))
    np.testing.assert_allclose(true[tuple(pairs.T)], np.concatenate([true.min(axis=1), true.min(axis=0)]), atol=1e-5)
    np.testing.assert_allclose(found, true[tuple(pairs.T)], atol=1e-5)
