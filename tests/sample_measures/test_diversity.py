"""Precision, recall, density and coverage by hand, and of sets whose values are known."""

import numpy as np
import pytest

from vconv.common.errors import VconvError
from vconv.sample_measures import diversity as module
from vconv.sample_measures.diversity import diversity, expected_coverage, neighbor_distances


def means(real, generated, k=5):
    return {name: values.mean() for name, values in diversity(real, generated, k)._asdict().items()}


def test_the_four_measures_by_hand():
    """The radii of the balls around 0, 1, 3 are 1, 1, 2; those around 0.5, 10, 11 are 9.5, 1, 1."""
    found = diversity([[0], [1], [3]], [[0.5], [10], [11]], k=1)
    assert found.precision.tolist() == [1, 0, 0] and found.density.tolist() == [2, 0, 0]
    assert found.recall.tolist() == [1, 1, 1] and found.coverage.tolist() == [1, 1, 0]


def test_every_ball_has_its_own_radius():
    """The radii of the balls around 0, 1, 3 are 1, 1, 2, whichever set they are."""
    found = diversity([[-1.5], [0], [4.5], [90]], [[0], [1], [3]], k=1)
    assert found.recall.tolist() == [0, 1, 1, 0]
    assert diversity([[0], [1], [3]], [[-1.5], [0], [4.5], [90]], k=1).precision.tolist() == [0, 1, 1, 0]


def test_a_ball_contains_its_boundary_and_has_the_radius_of_the_kth_neighbor():
    """The radii around 0, 2, 5, 9 for k = 2 are 5, 3, 4, 7, so that 5 is in all four balls, two of which end there."""
    found = diversity([[0], [2], [5], [9]], [[5], [100], [200]], k=2)
    assert found.density.tolist() == [4 / 2, 0, 0]
    assert found.coverage.tolist() == [1, 1, 1, 1]


def test_neighbor_distances_on_a_line_by_hand():
    points = np.array([[0.0], [1], [3], [7]])
    assert neighbor_distances(points, 1).tolist() == [1, 1, 2, 4]
    assert neighbor_distances(points, 3).tolist() == [7, 6, 4, 7]


@pytest.mark.parametrize("k", [1, 5])
def test_identical_sets_have_precision_recall_and_coverage_1(k):
    real = np.random.default_rng(0).normal(size=(100, 8))
    found = means(real, real, k)
    assert found["precision"] == found["recall"] == found["coverage"] == 1
    assert found["density"] == pytest.approx((k + 1) / k), "every ball holds its center and k neighbors"


def test_separated_sets_have_0_in_all_measures():
    real = np.random.default_rng(0).normal(size=(100, 8))
    assert set(means(real, real + 100).values()) == {0}


def test_a_collapse_onto_one_real_sample_keeps_precision_and_lowers_recall_and_coverage():
    real = np.random.default_rng(0).normal(size=(100, 2))
    found = means(real, np.tile(real[7], (50, 1)))
    reached = np.mean(np.linalg.norm(real - real[7], axis=1) <= neighbor_distances(real, 5))
    assert found["precision"] == 1 and found["recall"] == 1 / 100 and found["coverage"] == reached < 0.15


def test_a_missing_mode_lowers_recall_and_coverage_but_not_precision():
    rng = np.random.default_rng(0)
    real = rng.normal(size=(400, 2)) + 50 * (np.arange(400) % 2)[:, None]
    found = means(real, rng.normal(size=(400, 2)))
    assert found["precision"] > 0.95 and found["density"] > 0.9
    assert 0.45 < found["recall"] <= 0.5 and 0.45 < found["coverage"] <= 0.5


def test_an_outlier_of_the_data_raises_precision_but_not_density_or_coverage():
    """As in the figure of Naeem et al.: the ball around one distant real sample contains all generated ones."""
    real = np.concatenate([np.random.default_rng(0).normal(size=(200, 2)), [[1000, 1000]]])
    generated = np.random.default_rng(1).normal(size=(200, 2)) + 500
    found = means(real, generated)
    assert found["precision"] == 1 and found["density"] == pytest.approx(1 / 5) and found["coverage"] < 0.01


@pytest.mark.parametrize("n, m", [(300, 300), (400, 100), (100, 400)])
def test_two_sets_of_one_distribution_have_the_expected_coverage_and_density_1(n, m):
    rng = np.random.default_rng(0)
    found = [means(rng.normal(size=(n, 4)), rng.normal(size=(m, 4))) for _ in range(12)]
    coverage, density = (np.mean([one[name] for one in found]) for name in ("coverage", "density"))
    assert coverage == pytest.approx(expected_coverage(n, m), abs=0.02) and density == pytest.approx(1, abs=0.05)


def test_expected_coverage_by_hand():
    assert expected_coverage(3, 2, 1) == pytest.approx(1 - 2 / 4)
    assert expected_coverage(10**6, 10**6, 5) == pytest.approx(1 - 0.5**5, abs=1e-5)


def test_the_size_of_the_chunks_changes_nothing(monkeypatch):
    rng = np.random.default_rng(0)
    real, generated = rng.normal(size=(37, 3)), rng.normal(0.5, 1, (23, 3))
    whole = diversity(real, generated)
    monkeypatch.setattr(module, "CHUNK", 5)
    for one, other in zip(whole, diversity(real, generated), strict=True):
        np.testing.assert_array_equal(one, other)


def test_sets_that_are_too_small_are_refused():
    with pytest.raises(VconvError, match="more than 5 samples in each set, found 5 real and 9 generated"):
        diversity(np.zeros((5, 2)), np.zeros((9, 2)))
