"""Fréchet distance: closed forms of Gaussians, also of singular covariances; invariances; impossible vectors."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.linalg import sqrtm
from scipy.stats import ortho_group

from vconv.common.errors import VconvError
from vconv.sample_measures.frechet import frechet_distance


def vectors(mean, covariance_root, n=200, seed=0):
    """Return vectors that have exactly this sample mean and the sample covariance root · rootᵀ."""
    z = np.random.default_rng(seed).normal(size=(n, len(mean)))
    q, _ = np.linalg.qr(z - z.mean(axis=0))
    return np.asarray(mean) + np.sqrt(n - 1) * q @ np.asarray(covariance_root).T


def test_the_vectors_of_these_tests_have_the_mean_and_covariance_asked_for():
    root = np.array([[2.0, 0.0], [1.0, 3.0]])
    found = vectors([5, -1], root)
    np.testing.assert_allclose(found.mean(axis=0), [5, -1])
    np.testing.assert_allclose(np.cov(found.T), root @ root.T)


@pytest.mark.parametrize(
    "mean_a, sigma_a, mean_b, sigma_b, expected",
    [
        ([0], [1], [3], [1], 9),
        ([0], [1], [0], [4], 9),
        ([1, 2, 3], [1, 2, 3], [1, 0, 3], [3, 2, 1], 4 + 4 + 4),
        ([0, 0], [1, 0], [0, 0], [0, 1], 2),  # both singular, in different directions
    ],
)
def test_diagonal_covariances_by_hand(mean_a, sigma_a, mean_b, sigma_b, expected):
    a, b = vectors(mean_a, np.diag(sigma_a)), vectors(mean_b, np.diag(sigma_b), n=150, seed=1)
    assert frechet_distance(a, b) == pytest.approx(expected, rel=1e-12)


def test_a_common_rotation_changes_nothing():
    sigma_a, sigma_b = np.array([1.0, 2, 3, 4]), np.array([4.0, 1, 0.5, 4])
    turn = ortho_group.rvs(4, random_state=0)
    a, b = vectors(np.zeros(4), turn * sigma_a), vectors(turn @ [0, 0, 2, 0], turn * sigma_b, seed=1)
    assert frechet_distance(a, b) == pytest.approx(4 + np.sum((sigma_a - sigma_b) ** 2), rel=1e-12)


@pytest.mark.parametrize("degrees", [0, 30, 45, 90])
def test_covariances_that_do_not_commute_by_hand(degrees):
    """In two dimensions tr √M = √(tr M + 2 √det M), with M the product of the covariances."""
    turn = np.deg2rad(degrees)
    root_b = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]]) @ np.diag([3.0, 1.0])
    root_a = np.diag([5.0, 2.0])
    product = root_a @ root_a.T @ root_b @ root_b.T
    trace = np.sqrt(np.trace(product) + 2 * np.sqrt(np.linalg.det(product)))
    expected = 25 + 4 + 9 + 1 - 2 * trace
    assert frechet_distance(vectors([0, 0], root_a), vectors([0, 0], root_b, seed=1)) == pytest.approx(expected)


def test_it_equals_the_published_formula():
    rng = np.random.default_rng(0)
    a, b = rng.normal(size=(300, 6)) @ rng.normal(size=(6, 6)), rng.normal(1, 1, (250, 6)) @ rng.normal(size=(6, 6))
    published = np.sum((a.mean(0) - b.mean(0)) ** 2) + np.trace(
        np.cov(a.T) + np.cov(b.T) - 2 * sqrtm(np.cov(a.T) @ np.cov(b.T)).real
    )
    assert frechet_distance(a, b) == pytest.approx(published, rel=1e-9)


def test_fewer_vectors_than_features_give_the_distance_within_their_space():
    """Both sets are on one line in 2,048 dimensions; the distance is that of their coordinates on it."""
    rng = np.random.default_rng(0)
    line = rng.normal(size=2048)
    line /= np.linalg.norm(line)
    a, b = (vectors([mean], [[sigma]], n=20, seed=int(sigma)) for mean, sigma in ((0, 1.0), (2, 3.0)))
    assert frechet_distance(a * line, b * line) == pytest.approx(4 + 4, rel=1e-11)
    assert frechet_distance(1e-4 * a * line, 1e-4 * b * line) == pytest.approx(8e-8, rel=1e-9)


def test_the_distance_of_sets_in_perpendicular_spaces_by_hand():
    rng = np.random.default_rng(0)
    a, b = np.zeros((10, 100)), np.zeros((12, 100))
    a[:, :50], b[:, 50:] = rng.normal(size=(10, 50)), rng.normal(size=(12, 50))
    variances = a.var(axis=0, ddof=1).sum() + b.var(axis=0, ddof=1).sum()
    assert frechet_distance(a, b) == pytest.approx(np.sum((a.mean(0) - b.mean(0)) ** 2) + variances)


@pytest.mark.parametrize("shape", [(2, 1), (5, 300), (300, 5), (64, 64)])
def test_identical_sets_have_distance_0(shape):
    a = np.random.default_rng(0).normal(3, 1, shape)
    assert 0 <= frechet_distance(a, a[::-1]) < 1e-12 * shape[0] * shape[1]


def test_constant_features_and_collapsed_sets_by_hand():
    a = np.random.default_rng(0).normal(size=(50, 3))
    a[:, 1] = 7
    assert frechet_distance(a, a) < 1e-12
    assert frechet_distance(np.ones((5, 2)), np.zeros((9, 2))) == 2
    one_mode = np.broadcast_to(a.mean(axis=0), (50, 3))
    assert frechet_distance(one_mode, a) == pytest.approx(a.var(axis=0, ddof=1).sum()), "all variance is missing"


@settings(max_examples=30, deadline=None)
@given(st.integers(2, 30), st.integers(2, 30), st.integers(1, 20), st.integers(0, 10**6))
def test_symmetry_and_the_effect_of_shift_rotation_and_scale(n, m, d, seed):
    rng = np.random.default_rng(seed)
    a, b = rng.normal(size=(n, d)), rng.normal(1, 2, (m, d))
    distance = frechet_distance(a, b)
    turn = np.linalg.qr(rng.normal(size=(d, d)))[0]
    assert distance >= 0
    for other in (
        frechet_distance(b, a),
        frechet_distance(a + 5, b + 5),
        frechet_distance(a @ turn, b @ turn),
        frechet_distance(-3 * a, -3 * b) / 9,
        frechet_distance(np.tile(a, 2), np.tile(b, 2)) / 2,
    ):
        assert other == pytest.approx(distance, rel=1e-9, abs=1e-9)


@pytest.mark.parametrize(
    "a, b, message",
    [
        (np.zeros((1, 3)), np.zeros((5, 3)), "found [1, 3]"),
        (np.zeros(3), np.zeros((5, 3)), "found [3]"),
        (np.zeros((5, 3)), np.zeros((5, 4)), "3 and 4 features"),
        (np.full((5, 3), np.nan), np.zeros((5, 3)), "NaN"),
        (np.zeros((5, 3)), np.full((5, 3), np.inf), "infinity"),
    ],
)
def test_impossible_vectors_are_refused(a, b, message):
    with pytest.raises(VconvError) as error:
        frechet_distance(a, b)
    assert message in str(error.value)
