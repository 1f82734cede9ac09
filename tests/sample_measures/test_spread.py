"""The spread of a set: the mean distance over pairs of different samples."""

import numpy as np
import pytest
from scipy.spatial.distance import pdist

from vconv.common.errors import VconvError
from vconv.sample_measures.spread import spread


def test_the_spread_of_two_samples_is_their_distance():
    samples = np.zeros((2, 3, 4))
    samples[1] = 5
    assert spread(samples, np.random.default_rng(0)) == 5, "a sample is never paired with itself"


def test_it_approximates_the_mean_over_all_pairs():
    samples = np.random.default_rng(0).exponential(size=(40, 7)) ** 2
    expected = pdist(samples).mean() / np.sqrt(7)
    assert spread(samples, np.random.default_rng(1), 20000) == pytest.approx(expected, rel=0.02)
    assert spread(samples, np.random.default_rng(1), 1000) == pytest.approx(expected, rel=0.1)


def test_all_pairs_are_drawn_equally_often():
    """All distances differ, so that the mean shows a pair that is missing."""
    samples = np.array([[0.0], [1], [10], [100]])
    expected = pdist(samples).mean()
    found = [spread(samples, np.random.default_rng(seed), 500) for seed in range(40)]
    assert np.mean(found) == pytest.approx(expected, rel=0.02)


def test_the_spread_of_a_gaussian_in_many_dimensions_by_hand():
    samples = np.random.default_rng(0).normal(0, 3, (64, 32, 32, 1)).astype(np.float32)
    assert spread(samples, np.random.default_rng(0)) == pytest.approx(3 * np.sqrt(2), rel=0.01)


def test_the_spread_of_equal_samples_is_0_and_it_scales_with_the_samples():
    rng = np.random.default_rng(0)
    data = rng.normal(size=(100, 28, 28, 1))
    assert spread(np.tile(data[:1], (100, 1, 1, 1)), rng) == 0
    assert spread(data / 2, np.random.default_rng(1)) == spread(data, np.random.default_rng(1)) / 2


def test_unsigned_integers_do_not_overflow():
    assert spread(np.array([[0], [255]], np.uint8), np.random.default_rng(0)) == 255


def test_a_set_of_one_sample_is_refused():
    with pytest.raises(VconvError, match="two samples or more, found 1"):
        spread(np.zeros((1, 3)), np.random.default_rng(0))
