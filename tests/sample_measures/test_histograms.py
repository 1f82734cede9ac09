"""Distances of histograms: values by hand, bounds, bins that do not depend on outliers."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import entropy

from vconv.sample_measures.histograms import (
    bhattacharyya,
    bin_edges,
    histogram,
    histogram_distances,
    jensen_shannon,
    mean_bhattacharyya,
)

HISTOGRAMS = (
    st.integers(2, 20)
    .flatmap(lambda bins: st.tuples(*2 * (st.lists(st.integers(0, 5), min_size=bins, max_size=bins).filter(any),)))
    .map(lambda pair: [np.array(counts) / sum(counts) for counts in pair])
)


@pytest.mark.parametrize(
    "p, q, bits, nats",
    [
        ([0.3, 0.7], [0.3, 0.7], 0, 0),
        ([1, 0, 0], [0, 0.5, 0.5], 1, np.inf),
        ([0.5, 0.5, 0], [0, 0.5, 0.5], 0.5, np.log(2)),
        ([1, 0], [0.5, 0.5], 1.5 - 0.75 * np.log2(3), np.log(2) / 2),
    ],
)
def test_jensen_shannon_and_bhattacharyya_by_hand(p, q, bits, nats):
    assert jensen_shannon(p, q) == pytest.approx(bits, abs=1e-15)
    assert bhattacharyya(p, q) == pytest.approx(nats, abs=1e-15)


def test_the_mean_bhattacharyya_distance_is_that_of_the_mean_overlap():
    assert mean_bhattacharyya([0, np.inf, np.log(4), np.log(4)]) == pytest.approx(np.log(4 / 1.5))
    assert mean_bhattacharyya([np.inf, np.inf]) == np.inf and mean_bhattacharyya([0, 0]) == 0


@settings(max_examples=100, deadline=None)
@given(HISTOGRAMS)
def test_bounds_symmetry_and_an_independent_formula(pair):
    p, q = pair
    by_entropies = entropy((p + q) / 2, base=2) - (entropy(p, base=2) + entropy(q, base=2)) / 2
    assert jensen_shannon(p, q) == pytest.approx(by_entropies, abs=1e-12)
    assert jensen_shannon(q, p) == pytest.approx(jensen_shannon(p, q)) and bhattacharyya(p, q) == bhattacharyya(q, p)
    assert 0 <= jensen_shannon(p, q) <= 1 and bhattacharyya(p, q) >= 0
    assert jensen_shannon(p, p) == 0 and bhattacharyya(p, p) == pytest.approx(0, abs=1e-15)


def test_histograms_that_differ_by_rounding_have_no_divergence():
    p = np.random.default_rng(0).dirichlet(np.ones(66), size=2000)
    found = jensen_shannon(p, p / 3.1 * 3.1)
    assert np.isfinite(found).all() and found.max() < 1e-14


def test_shares_of_bins_by_hand():
    edges = bin_edges(np.array([0, 4], np.float32), bins=4)
    shares = histogram([-1, 0, 0.5, 1, 3.9, 4, 4.1, 1e9], edges)
    np.testing.assert_allclose(shares * 8, [1, 2, 1, 0, 2, 2])  # below, [0, 1), [1, 2), [2, 3), [3, 4], above


@pytest.mark.parametrize("value", [0.0, -1.0, 1e-30, 1e6])
def test_a_constant_reference_is_in_a_bin_without_other_values(value):
    edges = bin_edges(np.full(5, value))
    own = histogram(np.full(7, value), edges)
    assert own.max() == 1
    for other in (value - 1, value + 1):
        assert jensen_shannon(own, histogram(np.full(3, other), edges)) == 1


@pytest.mark.parametrize("values", [np.linspace(-1, 1, 999), np.float32([0.1, 0.7, 0.3]), np.arange(5)])
def test_the_open_bins_hold_nothing_of_the_reference(values):
    shares = histogram(values, bin_edges(values))
    assert len(shares) == 66 and shares[0] == shares[-1] == 0 and shares.sum() == pytest.approx(1)


def test_each_frequency_is_compared_separately():
    rng = np.random.default_rng(0)
    reference = rng.uniform(-1, 1, (50, 4, 6, 2))
    samples = reference.copy()
    samples[:, 2] += 10
    found = histogram_distances(samples, reference)
    np.testing.assert_array_equal(found.jensen_shannon, [0, 0, 1, 0])
    np.testing.assert_allclose(found.bhattacharyya, [0, 0, np.inf, 0], atol=1e-12)


def test_the_order_of_samples_and_times_changes_nothing():
    rng = np.random.default_rng(0)
    reference, samples = rng.normal(size=(40, 3, 8)), rng.normal(0.5, 1, (30, 3, 8))
    found = histogram_distances(samples, reference).jensen_shannon
    shuffled = rng.permuted(rng.permutation(samples), axis=2)[::-1]
    np.testing.assert_allclose(histogram_distances(shuffled, reference).jensen_shannon, found)
    assert (found > 0.03).all()


def test_an_outlier_of_the_samples_changes_its_own_share_alone():
    rng = np.random.default_rng(0)
    reference, samples = rng.uniform(0, 1, (500, 1, 8)), rng.uniform(0, 1, (500, 1, 8))
    with_outlier = samples.copy()
    with_outlier[0, 0, 0] = 1e30
    usual, other = (histogram_distances(one, reference).jensen_shannon[0] for one in (samples, with_outlier))
    assert abs(usual - other) < 1 / 4000 and usual < 0.02
