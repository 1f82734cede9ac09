"""Memorization: nearest training samples, the ratio of distances, near copies."""

import numpy as np
import pytest
from scipy.spatial.distance import cdist

from vconv.sample_measures import memorization
from vconv.sample_measures.memorization import distance_ratio, near_copies, nearest


def test_nearest_training_samples_by_hand():
    training = np.array([[[0.0, 0.0]], [[3.0, 4.0]]])
    distance, index = nearest(np.array([[[0, 0]], [[0, 2]], [[3, 3]]]), training)
    assert index.tolist() == [0, 0, 1]
    np.testing.assert_allclose(distance, [0, np.sqrt(2), np.sqrt(1 / 2)])


@pytest.mark.parametrize("offset", [0, 1e4])
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_nearest_training_samples_equal_those_by_all_distances(offset, dtype, monkeypatch):
    monkeypatch.setattr(memorization, "CHUNK", 7)
    rng = np.random.default_rng(0)
    training = (rng.normal(size=(60, 5, 6)) + offset).astype(dtype)
    samples = (rng.normal(size=(40, 5, 6)) + offset).astype(dtype)
    distance, index = nearest(samples, training)
    every = cdist(samples.reshape(40, -1), training.reshape(60, -1)) / np.sqrt(30)
    np.testing.assert_allclose(distance, every.min(axis=1), rtol=1e-9)
    np.testing.assert_array_equal(index, every.argmin(axis=1))


def test_a_copy_has_distance_0_and_a_near_copy_its_difference():
    training = np.random.default_rng(0).uniform(-1, 1, (50, 28, 28, 1)).astype(np.float32)
    distance, index = nearest(training[[4, 2, 9]], training)
    assert distance.tolist() == [0, 0, 0] and index.tolist() == [4, 2, 9]
    distance, _ = nearest(training[[4]].astype(np.float64) + 1e-9, training)
    assert distance == pytest.approx([1e-9], rel=1e-3)


def test_the_ratio_is_that_of_the_medians():
    assert distance_ratio([1, 2, 100], [4, 4, 4, 4]) == 0.5
    np.testing.assert_allclose(distance_ratio([[1, 1, 1], [0, 0, 0]], [[2, 2], [5, 5]]), [0.5, 0])
    assert np.isnan(distance_ratio([1, 2, 3], [0, 0, 0, 5])), "the held-out set is training data"


def test_near_copies_are_below_half_of_the_usual_distance():
    assert near_copies(np.array([0, 0.9, 1.0, 5]), np.array([1, 2, 30])).tolist() == [True, True, False, False]


def test_copies_have_a_small_ratio_and_new_samples_a_ratio_of_1():
    rng = np.random.default_rng(0)
    training, held_out, independent = (rng.normal(size=(200, 10, 10)) for _ in range(3))
    copies = training[:50] + rng.normal(0, 0.05, (50, 10, 10))
    (usual, _), (copied, index), (new, _) = (nearest(one, training) for one in (held_out, copies, independent))
    assert distance_ratio(copied, usual) < 0.06 and near_copies(copied, usual).all() and (index == np.arange(50)).all()
    assert distance_ratio(new, usual) == pytest.approx(1, abs=0.03) and not near_copies(new, usual).any()
