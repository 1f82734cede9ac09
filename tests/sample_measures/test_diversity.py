"""Precision, recall, density, coverage: worked by hand, and sets whose answers are known."""

import numpy as np
import pytest

from vconv.common.errors import VconvError
from vconv.sample_measures import diversity as room
from vconv.sample_measures.diversity import diversity, expected_coverage, neighbor_distances


def means(real, generated, k=5):
    return {name: values.mean() for name, values in diversity(real, generated, k)._asdict().items()}


def test_by_hand():
    """Balls of 0, 1, 3 reach 1, 1, 2 far; those of 0.5, 10, 11 reach 9.5, 1, 1."""
    found = diversity([[0], [1], [3]], [[0.5], [10], [11]], k=1)
    assert found.precision.tolist() == [1, 0, 0] and found.density.tolist() == [2, 0, 0]
    assert found.recall.tolist() == [1, 1, 1] and found.coverage.tolist() == [1, 1, 0]


def test_every_ball_has_its_own_radius():
    """The balls of 0, 1, 3 reach 1, 1, 2 far, whichever set they are."""
    found = diversity([[-1.5], [0], [4.5], [90]], [[0], [1], [3]], k=1)
    assert found.recall.tolist() == [0, 1, 1, 0]
    assert diversity([[0], [1], [3]], [[-1.5], [0], [4.5], [90]], k=1).precision.tolist() == [0, 1, 1, 0]


def test_balls_are_closed_and_k_counts():
    """0, 2, 5, 9: the 2nd nearest are 5, 3, 4, 7 away, so 10 lies in the ball of 9 alone; 5 lies in all but that of 2's
    radius 3, which it touches."""
    found = diversity([[0], [2], [5], [9]], [[5], [100], [200]], k=2)
    assert found.density.tolist() == [4 / 2, 0, 0]
    assert found.coverage.tolist() == [1, 1, 1, 1]


def test_neighbors_of_a_line():
    points = np.array([[0.0], [1], [3], [7]])
    assert neighbor_distances(points, 1).tolist() == [1, 1, 2, 4]
    assert neighbor_distances(points, 3).tolist() == [7, 6, 4, 7]


@pytest.mark.parametrize("k", [1, 5])
def test_identical_sets(k):
    real = np.random.default_rng(0).normal(size=(100, 8))
    found = means(real, real, k)
    assert found["precision"] == found["recall"] == found["coverage"] == 1
    assert found["density"] == pytest.approx((k + 1) / k), "every ball holds its center and k neighbors"


def test_separated_sets():
    real = np.random.default_rng(0).normal(size=(100, 8))
    assert set(means(real, real + 100).values()) == {0}


def test_collapse_onto_one_real_sample():
    real = np.random.default_rng(0).normal(size=(100, 2))
    found = means(real, np.tile(real[7], (50, 1)))
    reached = np.mean(np.linalg.norm(real - real[7], axis=1) <= neighbor_distances(real, 5))
    assert found["precision"] == 1 and found["recall"] == 1 / 100 and found["coverage"] == reached < 0.15


def test_a_lost_mode_costs_recall_and_coverage_but_no_precision():
    rng = np.random.default_rng(0)
    real = rng.normal(size=(400, 2)) + 50 * (np.arange(400) % 2)[:, None]
    found = means(real, rng.normal(size=(400, 2)))
    assert found["precision"] > 0.95 and found["density"] > 0.9
    assert 0.45 < found["recall"] <= 0.5 and 0.45 < found["coverage"] <= 0.5


def test_an_outlier_among_the_data_fools_precision_and_not_density():
    """The figure of Naeem et al.: one far real sample has a ball that holds everything."""
    real = np.concatenate([np.random.default_rng(0).normal(size=(200, 2)), [[1000, 1000]]])
    generated = np.random.default_rng(1).normal(size=(200, 2)) + 500
    found = means(real, generated)
    assert found["precision"] == 1 and found["density"] == pytest.approx(1 / 5) and found["coverage"] < 0.01


@pytest.mark.parametrize("n, m", [(300, 300), (400, 100), (100, 400)])
def test_two_samples_of_one_distribution(n, m):
    rng = np.random.default_rng(0)
    found = [means(rng.normal(size=(n, 4)), rng.normal(size=(m, 4))) for _ in range(12)]
    coverage, density = (np.mean([one[name] for one in found]) for name in ("coverage", "density"))
    assert coverage == pytest.approx(expected_coverage(n, m), abs=0.02) and density == pytest.approx(1, abs=0.05)


def test_expected_coverage_by_hand():
    assert expected_coverage(3, 2, 1) == pytest.approx(1 - 2 / 4)
    assert expected_coverage(10**6, 10**6, 5) == pytest.approx(1 - 0.5**5, abs=1e-5)


def test_chunks_change_nothing(monkeypatch):
    rng = np.random.default_rng(0)
    real, generated = rng.normal(size=(37, 3)), rng.normal(0.5, 1, (23, 3))
    whole = diversity(real, generated)
    monkeypatch.setattr(room, "CHUNK", 5)
    for one, other in zip(whole, diversity(real, generated), strict=True):
        np.testing.assert_array_equal(one, other)


def test_sets_that_are_too_small():
    with pytest.raises(VconvError, match="more than 5 samples in each set, found 5 real and 9 generated"):
        diversity(np.zeros((5, 2)), np.zeros((9, 2)))
