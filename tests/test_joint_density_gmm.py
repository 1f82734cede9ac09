"""The parallel baseline of benchmarks/: trajectories against the dense solution, a mixture whose answer is known."""

import sys
from pathlib import Path

import numpy as np
import pytest
from sklearn.mixture import GaussianMixture

sys.path.insert(0, str(Path(__file__).parents[1] / "benchmarks"))

from joint_density_gmm import REGULARIZATION, JointDensity, Mixture, fit, generate, restore_variance, with_deltas


def test_deltas_of_a_slope_are_its_slope():
    static = np.column_stack([np.arange(5.0), np.zeros(5)])
    assert with_deltas(static)[1:-1, 2:].tolist() == [[1, 0]] * 3
    assert with_deltas(static)[[0, -1], 2].tolist() == [0.5, -1.5]  # zeros beyond the ends


def test_the_trajectory_is_that_of_the_weighted_least_squares():
    random, frames = np.random.default_rng(0), 9
    mean, variance = random.normal(size=(frames, 2)), random.uniform(0.5, 2, (frames, 2))
    window = np.concatenate([with_deltas(np.eye(frames))[:, :frames], with_deltas(np.eye(frames))[:, frames:]])
    precision = np.diag(1 / variance.T.ravel())
    expected = np.linalg.solve(window.T @ precision @ window, window.T @ precision @ mean.T.ravel())
    assert generate(mean, variance)[:, 0] == pytest.approx(expected, abs=1e-12)


def test_one_mixture_is_linear_regression():
    random = np.random.default_rng(0)
    x = random.normal(size=(4000, 2))
    y = x @ np.array([[0.5, -1], [2, 0.3]]) + [3, -2]
    density = JointDensity([(with_deltas(x), with_deltas(y))], mixtures=1)
    inside = slice(4, -4)  # beyond both ends are zeros
    assert density.convert(with_deltas(x[:50]))[inside] == pytest.approx(y[:50][inside], abs=0.02)


def clusters():
    """Return frames [6000, 3] of a mixture with weights 1/3 and 2/3, in an order without meaning."""
    random = np.random.default_rng(0)
    first, second = random.normal([0, 0, 0], [1, 0.5, 2], (2000, 3)), random.normal([6, -4, 1], [0.7, 1, 1], (4000, 3))
    second[:, 2] += 0.8 * second[:, 1]
    return random.permutation(np.concatenate([first, second])).astype(np.float32)


def test_a_mixture_is_found_again():
    x = clusters()
    found, log_likelihood = fit(x, 2, seed=0)
    first, second = np.argsort(found.weights)
    assert found.weights[first] == pytest.approx(1 / 3, abs=0.01)
    assert found.means[first] == pytest.approx([0, 0, 0], abs=0.1) and found.means[second, :2] == pytest.approx(
        [6, -4], abs=0.1
    )
    assert np.diagonal(found.covariances[first]) == pytest.approx([1, 0.25, 4], rel=0.1)
    assert found.covariances[second, 1, 2] == pytest.approx(0.8, abs=0.06)
    reference = GaussianMixture(2, reg_covar=REGULARIZATION, random_state=0).fit(x.astype(float))
    assert log_likelihood == pytest.approx(reference.score(x.astype(float)), abs=0.01)
    assert np.logaddexp.reduce(found.log_densities(x), axis=1).mean() == pytest.approx(log_likelihood, abs=0.01)


def test_a_training_that_begins_with_its_result_ends_at_once(monkeypatch):
    x, steps, of = clusters(), [], Mixture.of.__func__
    found, log_likelihood = fit(x, 2, seed=0)
    monkeypatch.setattr(Mixture, "of", classmethod(lambda cls, *given: steps.append(1) or of(cls, *given)))
    _, again = fit(x, 2, seed=0, start=found)
    assert len(steps) == 2 and again == pytest.approx(log_likelihood, abs=0.01)


def test_the_variance_in_speech_is_the_wanted_one():
    static, speech = np.random.default_rng(0).normal(size=(40, 3)), np.arange(40) > 9
    found = restore_variance(static, speech, np.array([4.0, 9.0, 1.0]))
    assert found[speech].var(axis=0) == pytest.approx([4, 9, 1])
    assert found[speech].mean(axis=0) == pytest.approx(static[speech].mean(axis=0))
