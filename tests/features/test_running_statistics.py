"""Statistics accumulated over portions equal those that NumPy computes of all values at once."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vconv.features.running_statistics import Histogram, Moments, Percentiles


@settings(max_examples=60, deadline=None)
@given(st.lists(st.floats(-31.875, -0.0, width=16), min_size=1, max_size=300), st.floats(0, 100), st.integers(1, 50))
def test_percentiles_of_a_histogram_are_exact(values, percent, portion):
    column = np.array(values, np.float16)[:, None]
    histogram = Histogram(1)
    for start in range(0, len(column), portion):
        histogram.add(column[start : start + portion])
    expected = np.percentile(column.astype(np.float64), percent, axis=0)
    np.testing.assert_allclose(histogram.percentile(percent), expected, rtol=1e-9, atol=1e-9)


@settings(max_examples=50, deadline=None)
@given(portions=st.lists(st.lists(st.floats(-9, 9), max_size=20), min_size=1, max_size=4).filter(any))
def test_percentiles_are_exact_to_half_a_step(portions):
    counted, every = Percentiles(0.01), np.concatenate([np.array(portion) for portion in portions])
    for portion in portions:
        counted.add(np.array(portion))
    percents = [0, 5, 33, 50, 95, 100]
    np.testing.assert_allclose(counted.at(percents), np.percentile(every, percents), rtol=0, atol=0.005 + 1e-9)
    fine = Percentiles(1e-12)
    fine.add(every)
    np.testing.assert_allclose(fine.at(percents), np.percentile(every, percents), rtol=0, atol=1e-9)


def test_a_histogram_holds_a_bounded_number_of_values():
    histogram = Histogram(3)
    rows = -np.random.default_rng(0).uniform(0, 20, (20000, 3)).astype(np.float16)
    for start in range(0, len(rows), 100):
        histogram.add(rows[start : start + 100])
        assert sum(map(len, histogram._waiting)) < Histogram._PORTION
    np.testing.assert_allclose(histogram.percentile(50), np.median(rows.astype(np.float64), axis=0), rtol=1e-12)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(st.floats(-100, 100), max_size=20), min_size=1, max_size=6))
def test_the_sum_of_moments_is_that_of_all_values(portions):
    merged = sum((Moments.of(np.array(portion)) for portion in portions), Moments())
    together = np.concatenate(portions)
    assert merged.count == len(together)
    if len(together):
        np.testing.assert_allclose([merged.mean, merged.variance], [together.mean(), together.var()], atol=1e-9)


def test_the_variance_is_exact_far_from_zero():
    """The mean of squares minus the square of the mean loses the variance here."""
    merged = sum((Moments.of(1e9 + np.array([x, x + 1.0])) for x in range(0, 100, 2)), Moments())
    assert merged.variance == pytest.approx(np.var(np.arange(100)), rel=1e-9)
