"""The bootstrap: its intervals cover the truth as often as they say."""

import numpy as np
import pytest

from vconv.evaluation import bootstrap


def test_weights_by_hand():
    weights = bootstrap.weights(4, 500, seed=1)
    assert weights.shape == (501, 4) and np.allclose(weights.sum(axis=1), 1) and (weights[0] == 0.25).all()
    counts = weights[1:] * 4
    assert np.allclose(counts, counts.round()) and counts.max() > 1 and counts.min() == 0
    assert np.allclose(counts.mean(axis=0), 1, atol=0.15)
    assert not np.array_equal(weights, bootstrap.weights(4, 500, seed=2))
    assert np.array_equal(weights, bootstrap.weights(4, 500, seed=1))


def test_the_interval_leaves_the_estimate_out():
    assert bootstrap.interval([1e9, *range(101)]) == pytest.approx((2.5, 97.5))


def test_the_reflected_interval_by_hand():
    assert bootstrap.basic_interval([60.0, *range(101)]) == pytest.approx((120 - 97.5, 120 - 2.5))


def test_the_reflected_interval_covers_a_distance_that_noise_raises():
    """The root mean square of 20 noisy means whose true values are 0.3: the percentile interval lies too high."""
    random, weights, covered = np.random.default_rng(0), bootstrap.weights(30, 300, 0), []
    for _ in range(200):
        found = np.sqrt(np.square(weights @ random.normal(0.3, 1.0, (30, 20))).mean(axis=1))
        covered.append(
            [low <= 0.3 <= high for low, high in (bootstrap.interval(found), bootstrap.basic_interval(found))]
        )
    percentile, reflected = np.mean(covered, axis=0)
    assert percentile < 0.4 and reflected > 0.85


def test_an_interval_of_a_mean_is_that_of_the_central_limit_theorem():
    values = np.random.default_rng(0).normal(3, 2, 200)
    low, high = bootstrap.interval(bootstrap.weights(200, 4000, 0) @ values)
    error = 1.96 * values.std() / np.sqrt(200)
    assert low == pytest.approx(values.mean() - error, abs=0.04)
    assert high == pytest.approx(values.mean() + error, abs=0.04)


def test_intervals_cover_the_true_mean_about_95_times_in_100():
    random, weights = np.random.default_rng(0), bootstrap.weights(40, 400, 0)
    covered = [
        low <= 1.0 <= high
        for low, high in (bootstrap.interval(weights @ random.exponential(1.0, 40)) for _ in range(400))
    ]
    assert 0.89 < np.mean(covered) < 0.98
