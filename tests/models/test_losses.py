"""Losses: values by hand, independent formulas, gradients."""

import math

import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given
from hypothesis import strategies as st

from vconv.models import losses


def test_gaussian_nll_of_two_bins():
    # ½ (2 log 2π + 1² + 2²)
    value = losses.gaussian_nll(np.array([[1.0, 0.0]]), np.array([[0.0, 2.0]]))
    assert np.asarray(value) == pytest.approx([math.log(2 * math.pi) + 2.5])


def test_gaussian_nll_agrees_with_scipy():
    stats = pytest.importorskip("scipy.stats")
    x, mean = np.random.default_rng(0).normal(size=(2, 4, 7))
    expected = -stats.norm.logpdf(x, mean).sum(axis=-1)
    assert np.allclose(losses.gaussian_nll(x, mean), expected, atol=1e-5)


@pytest.mark.parametrize(
    "mean, log_variance, expected",
    [
        ([0.0, 0.0], [0.0, 0.0], 0.0),
        ([3.0, 0.0], [0.0, 0.0], 4.5),  # ½ · 3²
        ([0.0, 0.0], [math.log(4), 0.0], 0.5 * (4 - 1 - math.log(4))),
    ],
)
def test_gaussian_kl_by_hand(mean, log_variance, expected):
    assert np.asarray(losses.gaussian_kl(np.array([mean]), np.array([log_variance]))) == pytest.approx([expected])


@given(st.floats(-3, 3), st.floats(-3, 3))
def test_gaussian_kl_is_the_expectation_of_the_log_ratio(mean, log_variance):
    # the integral of p log(p/q), numerically
    std = math.exp(log_variance / 2)
    z = np.linspace(mean - 9 * std, mean + 9 * std, 4001)
    log_p = -0.5 * (np.log(2 * np.pi) + log_variance + (z - mean) ** 2 / std**2)
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


def test_gradient_penalty_takes_one_norm_for_each_sample():
    gradient = np.array([[1.0, 0.0], [0.0, 3.0]], "float32")  # norms 1 and 3: mean of 0 and 4
    assert float(losses.gradient_penalty(gradient)) == pytest.approx(2.0)
    assert float(losses.gradient_penalty(gradient.reshape(2, 2, 1))) == pytest.approx(2.0)


def test_the_gradient_of_the_penalty_of_a_constant_critic_is_finite():
    gradient = tf.zeros((3, 4))
    with tf.GradientTape() as tape:
        tape.watch(gradient)
        penalty = losses.gradient_penalty(gradient)
    assert np.isfinite(tape.gradient(penalty, gradient)).all()


SOFTPLUS_1, SOFTPLUS_3 = math.log(1 + math.e), math.log(1 + math.e**3)


@pytest.mark.parametrize(
    "name, critic, generator",
    [
        # real scores 3 and −1, fake scores 1; softplus(−x) = softplus(x) − x
        ("non_saturating", (SOFTPLUS_3 - 3 + SOFTPLUS_1) / 2 + SOFTPLUS_1, SOFTPLUS_1 - 1),
        ("non_saturating_one_sided", (SOFTPLUS_3 - 2.7 + SOFTPLUS_1 - 1 + 0.9) / 2 + SOFTPLUS_1, SOFTPLUS_1 - 1),
        ("non_saturating_two_sided", (SOFTPLUS_3 - 2.7 + SOFTPLUS_1 - 1 + 0.9) / 2 + SOFTPLUS_1 - 0.1, SOFTPLUS_1 - 1),
        ("least_squares", (4 + 4) / 2 + 1, 0.0),
        ("wasserstein", 1 - 1, -1.0),
    ],
)
def test_objectives_by_hand(name, critic, generator):
    real, fake = tf.constant([3.0, -1.0]), tf.constant([[1.0]])
    objective = losses.OBJECTIVES[name]
    assert float(objective.critic(real, fake)) == pytest.approx(critic, abs=1e-6)
    assert float(objective.generator(fake)) == pytest.approx(generator, abs=1e-6)


def test_every_objective_is_tested_by_hand():
    tested = {parameters[0] for parameters in test_objectives_by_hand.pytestmark[0].args[1]}
    assert tested == losses.OBJECTIVES.keys()


@pytest.mark.parametrize("name", losses.OBJECTIVES)
def test_critic_and_generator_have_opposite_gradients_and_scales_are_averaged(name):
    objective, real, fake = losses.OBJECTIVES[name], tf.constant(0.3), tf.constant(0.4)
    with tf.GradientTape(persistent=True) as tape:
        tape.watch([real, fake])
        critic, generator = objective.critic(real, fake), objective.generator(fake)
    assert float(tape.gradient(critic, fake)) > 0 > float(tape.gradient(critic, real))
    assert float(tape.gradient(generator, fake)) < 0, "the generator raises the score of fakes, the critic lowers it"
    other = tf.constant([[2.0, 5.0]])
    both = (objective.critic(real, fake) + objective.critic(other, other)) / 2
    assert float(objective.critic([real, other], [fake, other])) == pytest.approx(float(both), abs=1e-6)


@pytest.mark.parametrize(
    "name, best_real, best_fake",
    [
        ("non_saturating_one_sided", math.log(9), -math.inf),
        ("non_saturating_two_sided", math.log(9), -math.log(9)),
        ("least_squares", 1.0, 0.0),
    ],
)
def test_the_loss_of_the_critic_is_smallest_where_its_probabilities_are_the_labels(name, best_real, best_fake):
    critic = losses.OBJECTIVES[name].critic
    for best, loss in ((best_real, lambda x: critic(x, x * 0)), (best_fake, lambda x: critic(x * 0, x))):
        x = tf.constant(best if math.isfinite(best) else -20.0)
        with tf.GradientTape() as tape:
            tape.watch(x)
            value = loss(x)
        assert float(tape.gradient(value, x)) == pytest.approx(0, abs=1e-6)


def test_cross_entropy_of_huge_scores_is_finite():
    assert float(losses.cross_entropy(tf.constant([1e4, -1e4]), 0.0)) == pytest.approx(5e3)


def test_interpolation_takes_one_share_for_each_sample():
    real, fake = np.zeros((3, 2, 2), "float32"), np.ones((3, 2, 2), "float32") * 4
    between = np.asarray(losses.interpolate(real + 1, fake + 1, np.array([0.0, 0.25, 1.0], "float32")))
    assert np.array_equal(between, np.ones((3, 2, 2)) * np.array([1, 2, 5])[:, None, None])


def test_there_is_one_gradient_norm_for_each_sample():
    gradient = np.array([[[3.0], [4.0]], [[0.0], [-2.0]]], "float32")
    assert np.asarray(losses.gradient_norm(gradient)) == pytest.approx([5.0, 2.0])


def test_feature_distance_is_that_of_the_means_over_samples():
    real, fake = tf.constant([[1.0, 2.0], [3.0, 2.0]]), tf.constant([[5.0, 0.0], [1.0, 8.0], [3.0, 4.0]])
    assert float(losses.mean_feature_distance(real, fake)) == pytest.approx(((2 - 3) ** 2 + (2 - 4) ** 2) / 2)


def test_feature_matching_and_least_squares_by_hand():
    real, fake = ([tf.constant(x) for x in maps] for maps in ([[[1.0, 2.0]], [[[0.0]]]], [[[2.0, 5.0]], [[[3.0]]]]))
    assert float(losses.feature_matching(real, fake)) == pytest.approx(((1 + 3) / 2 + 3) / 2)
    scales = [tf.constant([1.0, 3.0]), tf.constant([[2.0]])]
    assert float(losses.least_squares(scales, 1.0)) == pytest.approx((2 + 1) / 2)
