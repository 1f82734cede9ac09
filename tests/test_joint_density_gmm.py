"""The parallel baseline of benchmarks/: trajectories against the dense solution, a mixture whose answer is known."""

import sys
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "benchmarks"))

from joint_density_gmm import JointDensity, generate, restore_variance, with_deltas


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


def test_the_variance_in_speech_is_the_wanted_one():
    static, speech = np.random.default_rng(0).normal(size=(40, 3)), np.arange(40) > 9
    found = restore_variance(static, speech, np.array([4.0, 9.0, 1.0]))
    assert found[speech].var(axis=0) == pytest.approx([4, 9, 1])
    assert found[speech].mean(axis=0) == pytest.approx(static[speech].mean(axis=0))
