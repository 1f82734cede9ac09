"""The two-player step on a model of two numbers, every update worked out by hand."""
import keras
import numpy as np
import pytest
import tensorflow as tf

from vconv.adversarial import TwoPlayerModel, clip_weights, input_gradient, minimise


class Toy(TwoPlayerModel):
    """Critic c falls by the mean of its rows at each step, generator w by that of its rows plus c."""

    critic_steps = 3

    def __init__(self):
        super().__init__()
        self.c = self.add_weight(shape=(), initializer="zeros", name="c")
        self.w = self.add_weight(shape=(), initializer="zeros", name="w")
        self.critic_variables, self.generator_variables = [self.c], [self.w]
        self.track_terms("critic", "generator", "warm_up")
        self.steps = []

    def critic_loss(self, batch):
        self.steps.append("critic")
        return self.c * tf.reduce_mean(batch[0]), {"critic": tf.reduce_mean(batch[0])}

    def generator_loss(self, batch):
        self.steps.append("generator")
        return self.w * (tf.reduce_mean(batch[0]) + self.c), {"generator": batch[1][0]}

    def warm_up_loss(self, batch):
        self.steps.append("warm-up")
        return self.w * tf.reduce_mean(batch[0]), {"warm_up": tf.reduce_mean(batch[0])}

    def after_critic_step(self):
        self.steps.append("after")


DATA = tf.constant([1.0, 2.0, 3.0, 4.0, 10.0, 20.0]), tf.constant([7.0, 7.0, 8.0, 8.0, 9.0, 9.0])


@pytest.fixture
def toy():
    model = Toy()
    model.compile(keras.optimizers.SGD(1.0), keras.optimizers.SGD(1.0))
    return model


def test_each_critic_step_has_rows_of_its_own_and_the_generator_the_first_after_them(toy):
    logs = toy.train_step(DATA)
    assert float(toy.c.numpy()) == -(1.5 + 3.5 + 15) and float(toy.w.numpy()) == -(1.5 - 20)
    assert toy.steps == ["critic", "after"] * 3 + ["generator"]
    assert float(logs["critic"]) == pytest.approx(20 / 3) and float(logs["generator"]) == 7
    assert set(logs) == {"critic", "generator", "warm_up"}, "`fit` must see the same names in every epoch"


def test_the_warm_up_updates_the_generator_alone_once_for_every_part(toy):
    toy.set_adversarial(False)
    toy.train_step(DATA)
    assert float(toy.c.numpy()) == 0 and float(toy.w.numpy()) == -(1.5 + 3.5 + 15) and toy.steps == ["warm-up"] * 3


def test_the_log_holds_means_over_the_epoch(toy):
    toy.track({"critic": 1.0})
    assert float(toy.track({"critic": 5.0})["critic"]) == 3
    toy.reset_metrics()
    assert float(toy.track({"critic": 5.0})["critic"]) == 5


def test_only_a_change_of_phase_compiles_the_step_anew(toy, monkeypatch):
    compiled = []
    monkeypatch.setattr(toy, "make_train_function", lambda force: compiled.append((toy.adversarial, force)))
    for phase in True, False, False, True:
        toy.set_adversarial(phase)
    assert compiled == [(False, True), (True, True)]


def test_the_slots_of_both_optimisers_exist_before_the_first_step():
    model = Toy()
    model.compile(keras.optimizers.Adam(), keras.optimizers.Adam())
    counts = [len(optimizer.variables) for optimizer in (model.optimizer, model.critic_optimizer)]
    model.train_step(DATA)
    assert counts == [len(optimizer.variables) for optimizer in (model.optimizer, model.critic_optimizer)] and min(
        counts) >= 4, "steps, learning rate and two moments"


def test_minimise_steps_down_the_gradient_of_the_named_variables_alone():
    a, b = keras.Variable(3.0), keras.Variable(5.0)
    terms = minimise(lambda: (a * a * b, {"a": a + 0}), [a], keras.optimizers.SGD(0.1))
    assert float(a.numpy()) == pytest.approx(3 - 0.1 * 2 * 3 * 5) and float(b.numpy()) == 5 and float(terms["a"]) == 3


def test_weights_are_clipped_on_both_sides():
    variable = keras.Variable([-3.0, -0.2, 0.0, 0.2, 3.0])
    clip_weights([variable], 0.25)
    assert np.allclose(variable, [-0.25, -0.2, 0, 0.2, 0.25])


def test_input_gradient_is_that_of_each_row():
    x = tf.constant([[1.0, 2.0], [3.0, -4.0]])
    assert np.allclose(input_gradient(lambda x: tf.reduce_sum(x * x, axis=1), x), 2 * x)
