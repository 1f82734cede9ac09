"""Losses against values worked out by hand."""
import math

import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given
from hypothesis import strategies as st

from vconv import losses


def test_gaussian_nll_of_two_bins():
    # ½ (2 log 2π + 1² + 2²)
    value = losses.gaussian_nll(np.array([[1.0, 0.0]]), np.array([[0.0, 2.0]]))
    assert np.asarray(value) == pytest.approx([math.log(2 * math.pi) + 2.5])


def test_gaussian_nll_agrees_with_scipy():
    stats = pytest.importorskip("scipy.stats")
    x, mean = np.random.default_rng(0).normal(size=(2, 4, 7))
    expected = -stats.norm.logpdf(x, mean).sum(axis=-1)
    assert np.allclose(losses.gaussian_nll(x, mean), expected, atol=1e-5)


@pytest.mark.parametrize("mean, log_variance, expected", [
    ([0.0, 0.0], [0.0, 0.0], 0.0),
    ([3.0, 0.0], [0.0, 0.0], 4.5),                       # ½ · 3²
    ([0.0, 0.0], [math.log(4), 0.0], 0.5 * (4 - 1 - math.log(4))),
])
def test_gaussian_kl_by_hand(mean, log_variance, expected):
    assert np.asarray(losses.gaussian_kl(np.array([mean]), np.array([log_variance]))) == pytest.approx([expected])


@given(st.floats(-3, 3), st.floats(-3, 3))
def test_gaussian_kl_is_the_expectation_of_the_log_ratio(mean, log_variance):
    # an independent way: integrate p log(p/q) numerically
    deviation = math.exp(log_variance / 2)
    z = np.linspace(mean - 9 * deviation, mean + 9 * deviation, 4001)
    log_p = -0.5 * (np.log(2 * np.pi) + log_variance + (z - mean) ** 2 / deviation**2)
    log_q = -0.5 * (np.log(2 * np.pi) + z**2)
    integrand = np.exp(log_p) * (log_p - log_q)
    expected = np.sum((integrand[1:] + integrand[:-1]) / 2) * (z[1] - z[0])
    assert float(losses.gaussian_kl(np.array([mean]), np.array([log_variance]))) == pytest.approx(expected, abs=1e-4)


def test_wasserstein_is_the_difference_of_means():
    assert float(losses.wasserstein(np.array([3.0, 5.0]), np.array([1.0, 0.0]))) == pytest.approx(0.5 - 4.0)


@pytest.mark.parametrize("length, expected", [(1.0, 0.0), (3.0, 4.0), (0.0, 1.0)])
def test_gradient_penalty_of_a_linear_critic(length, expected):
    # the gradient of w·x is w at every sample
    gradient = np.tile(np.array([0.6, 0.8]) * length, (5, 1)).astype("float32")
    assert float(losses.gradient_penalty(gradient)) == pytest.approx(expected, abs=1e-4)


def test_gradient_penalty_takes_one_norm_a_sample():
    gradient = np.array([[1.0, 0.0], [0.0, 3.0]], "float32")  # norms 1 and 3: mean of 0 and 4
    assert float(losses.gradient_penalty(gradient)) == pytest.approx(2.0)
    assert float(losses.gradient_penalty(gradient.reshape(2, 2, 1))) == pytest.approx(2.0)


def test_gradient_penalty_can_be_minimised_from_a_critic_that_is_constant():
    gradient = tf.zeros((3, 4))
    with tf.GradientTape() as tape:
        tape.watch(gradient)
        penalty = losses.gradient_penalty(gradient)
    assert np.isfinite(tape.gradient(penalty, gradient)).all()
