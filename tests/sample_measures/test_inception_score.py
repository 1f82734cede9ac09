"""Inception score: its extremes, a value by hand, weights, impossible probabilities."""

import numpy as np
import pytest

from vconv.common.errors import VconvError
from vconv.evaluation import bootstrap
from vconv.sample_measures.inception_score import inception_score


@pytest.mark.parametrize("row", [[0.1, 0.2, 0.7], [1.0, 0.0, 0.0], [1 / 3, 1 / 3, 1 / 3]])
def test_equal_probabilities_for_all_samples_give_1(row):
    assert inception_score(np.tile(row, (50, 1))) == pytest.approx(1)


@pytest.mark.parametrize("classes", [2, 10, 100])
def test_certain_and_evenly_distributed_classes_give_their_number(classes):
    assert inception_score(np.eye(classes)[np.arange(3 * classes) % classes]) == pytest.approx(classes)


def test_missing_classes_lower_the_score():
    assert inception_score(np.eye(10)[[0, 1, 2, 3] * 5]) == pytest.approx(4), "six classes of ten are missing"
    shares = np.array([0.5, 0.25, 0.25])
    assert inception_score(np.eye(3)[[0, 0, 1, 2]]) == pytest.approx(np.exp(-np.sum(shares * np.log(shares))))


def test_a_value_by_hand():
    """p̄ = (3/4, 1/4); KL of (1/2, 1/2) is ln(2/3)/2 + ln(2)/2, of (1, 0) it is ln(4/3)."""
    expected = np.exp((np.log(2 / 3) / 2 + np.log(2) / 2 + np.log(4 / 3)) / 2)
    assert inception_score([[0.5, 0.5], [1, 0]]) == pytest.approx(expected)


def test_weights_are_resampled_sets():
    probabilities = np.random.default_rng(0).dirichlet([0.3] * 5, 30)
    weights = bootstrap.weights(30, 4, seed=1)
    for score, row in zip(inception_score(probabilities, weights), (weights * 30).round().astype(int), strict=True):
        assert score == pytest.approx(inception_score(np.repeat(probabilities, row, axis=0)))


@pytest.mark.parametrize("wrong", [[[2.0, -1.0]], [[3.0, 1.0]], [[np.nan, 1.0]], np.zeros((0, 3)), [0.5, 0.5]])
def test_impossible_probabilities_are_refused(wrong):
    with pytest.raises(VconvError, match="an inception score needs"):
        inception_score(wrong)
