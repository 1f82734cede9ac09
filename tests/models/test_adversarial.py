"""The adversarial training step on a model of two numbers, each update by hand; averaged weights; health metrics."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from vconv import models
from vconv.common.errors import VconvError
from vconv.models.adversarial import HEALTH_METRICS, AdversarialModel, minimize
from vconv.models.adversarial_settings import check
from vconv.models.constraints import clip_weights, input_gradient
from vconv.models.losses import OBJECTIVES


class Toy(AdversarialModel):
    """The critic c falls by the mean of its examples at each step, the generator w by that of its examples plus c."""

    critic_steps = 3

    def __init__(self):
        super().__init__()
        self.c = self.add_weight(shape=(), initializer="zeros", name="c")
        self.w = self.add_weight(shape=(), initializer="zeros", name="w")
        self.critic_variables, self.generator_variables = [self.c], [self.w]
        self.track_terms("critic", "generator", "warm_up")
        self.steps = []
        self.built = True

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


def test_each_critic_step_has_its_own_examples_and_the_generator_the_first_ones_after_it(toy):
    logs = toy.train_step(DATA)
    assert float(toy.c.numpy()) == -(1.5 + 3.5 + 15) and float(toy.w.numpy()) == -(1.5 - 20)
    assert toy.steps == ["critic", "after"] * 3 + ["generator"]
    assert float(logs["critic"]) == pytest.approx(20 / 3) and float(logs["generator"]) == 7
    assert set(logs) == {"critic", "generator", "warm_up"}, "`fit` must see the same names in every epoch"


def test_fakes_made_once_for_both_networks_pass_gradients_to_the_generator(toy, monkeypatch):
    def made(batch):
        toy.steps.append("made")
        return toy.w * batch[0], batch[1]

    monkeypatch.setattr(toy, "shared", made)
    monkeypatch.setattr(toy, "generator_loss", lambda batch: (tf.reduce_mean(batch[0]), {"generator": 0.0}))
    toy.w.assign(2.0)
    toy.train_step(DATA)
    assert float(toy.c.numpy()) == -2 * (1.5 + 3.5 + 15) and float(toy.w.numpy()) == 2 - 1.5
    assert toy.steps == ["made", "critic", "after"] * 3, "once for each part; the first serves the generator too"


def test_the_warm_up_updates_the_generator_alone_once_for_each_part(toy):
    toy.set_adversarial(False)
    toy.train_step(DATA)
    assert float(toy.c.numpy()) == 0 and float(toy.w.numpy()) == -(1.5 + 3.5 + 15) and toy.steps == ["warm-up"] * 3


def test_the_log_holds_means_over_the_epoch(toy):
    toy.track({"critic": 1.0})
    assert float(toy.track({"critic": 5.0})["critic"]) == 3
    toy.reset_metrics()
    assert float(toy.track({"critic": 5.0})["critic"]) == 5


def test_the_step_is_compiled_again_only_when_the_phase_changes(toy, monkeypatch):
    compiled = []
    monkeypatch.setattr(toy, "make_train_function", lambda force: compiled.append((toy.adversarial, force)))
    for phase in True, False, False, True:
        toy.set_adversarial(phase)
    assert compiled == [(False, True), (True, True)]


def test_the_variables_of_both_optimizers_exist_before_the_first_step():
    model = Toy()
    model.compile(keras.optimizers.Adam(), keras.optimizers.Adam())
    counts = [len(optimizer.variables) for optimizer in (model.optimizer, model.critic_optimizer)]
    model.train_step(DATA)
    assert (
        counts == [len(optimizer.variables) for optimizer in (model.optimizer, model.critic_optimizer)]
        and min(counts) >= 4
    ), "steps, learning rate and two moments"


def test_minimize_changes_the_given_variables_alone_along_their_gradient():
    a, b = keras.Variable(3.0), keras.Variable(5.0)
    terms = minimize(lambda: (a * a * b, {"a": a + 0}), [a], keras.optimizers.SGD(0.1))
    assert float(a.numpy()) == pytest.approx(3 - 0.1 * 2 * 3 * 5) and float(b.numpy()) == 5 and float(terms["a"]) == 3


def test_weights_are_clipped_on_both_sides():
    variable = keras.Variable([-3.0, -0.2, 0.0, 0.2, 3.0])
    clip_weights([variable], 0.25)
    assert np.allclose(variable, [-0.25, -0.2, 0, 0.2, 0.25])


def test_the_input_gradient_is_that_of_each_example():
    x = tf.constant([[1.0, 2.0], [3.0, -4.0]])
    assert np.allclose(input_gradient(lambda x: tf.reduce_sum(x * x, axis=1), x), 2 * x)


@pytest.fixture
def averaging():
    model = Toy()
    model.ema_decay = 0.5
    model.compile(keras.optimizers.SGD(1.0), keras.optimizers.SGD(1.0))
    return model


def average(model):
    return float(model.average.weights[0].numpy())


def test_the_decay_of_the_average_is_smaller_in_the_first_updates(averaging):
    averaging.critic_steps = 1
    data = tf.constant([1.0]), tf.constant([0.0])
    w = expected = 0.0
    for update in range(1, 13):  # the critic falls by 1 each step: c = −update
        averaging.train_step(data)
        w -= 1 - update
        decay = min(0.5, (1 + update) / (10 + update))
        expected = decay * expected + (1 - decay) * w
        assert float(averaging.w.numpy()) == w and average(averaging) == pytest.approx(expected, rel=1e-6)
    assert (1 + 8) / (10 + 8) == 0.5 and len(averaging.average.weights) == 1, "the critic is not averaged"


def test_the_warm_up_is_averaged_too(averaging):
    averaging.set_adversarial(False)
    averaging.train_step(DATA)
    assert 0 > average(averaging) > float(averaging.w.numpy())


def test_averaged_weights_are_used_within_the_block_alone_even_if_it_fails(averaging):
    averaging.w.assign(1.1)
    averaging.average.weights[0].assign(0.3)
    with averaging.averaged():
        assert float(averaging.w.numpy()) == np.float32(0.3)
    with pytest.raises(RuntimeError), averaging.averaged():
        raise RuntimeError
    assert float(averaging.w.numpy()) == np.float32(1.1) and average(averaging) == np.float32(0.3)
    averaging.take_average()
    assert float(averaging.w.numpy()) == np.float32(0.3)


def test_validation_uses_the_averaged_weights(averaging, monkeypatch):
    averaging.average.weights[0].assign(5.0)
    monkeypatch.setattr(keras.Model, "evaluate", lambda model, *_, **__: float(model.w.numpy()))
    assert averaging.evaluate(None) == 5 and float(averaging.w.numpy()) == 0


def test_the_average_is_saved_and_loaded_and_models_without_ema_decay_have_none(averaging, toy, tmp_path):
    averaging.w.assign(2.0)
    averaging.average.weights[0].assign(0.7)
    averaging.save_weights(tmp_path / "x.weights.h5")
    fresh = Toy()
    fresh.ema_decay = 0.5
    fresh.compile(keras.optimizers.SGD(1.0), keras.optimizers.SGD(1.0))
    fresh.load_weights(tmp_path / "x.weights.h5")
    assert float(fresh.w.numpy()) == 2 and average(fresh) == np.float32(0.7)
    toy.w.assign(3.0)
    with toy.averaged():
        assert float(toy.w.numpy()) == 3
    assert toy.average is None and len(toy.weights) == 2 and len(fresh.weights) == 3


def test_minimize_returns_the_norm_of_the_whole_gradient_before_the_step():
    a, b = keras.Variable([3.0, 0.0]), keras.Variable(5.0)
    terms = minimize(lambda: (tf.reduce_sum(a * a) / 2 + 4 * b, {"x": 1.0}), [a, b], keras.optimizers.SGD(0.1), "norm")
    assert float(terms["norm"]) == pytest.approx(5) and terms["x"] == 1


def test_health_metrics_are_means_and_not_in_the_log(toy, monkeypatch):
    toy.objective = OBJECTIVES["least_squares"]
    scores = iter([([4.0, 2.0], [-1.0]), ([5.0], [3.0]), ([1.0], [0.0])])

    def scored(batch):
        loss, metrics = toy.objective_of(*(tf.constant(part) for part in next(scores)))
        return loss * toy.c, {"critic": loss, **metrics}

    monkeypatch.setattr(toy, "critic_loss", scored)
    logs = toy.train_step(DATA)
    assert set(logs) == {"critic", "generator", "warm_up"} == {metric.name for metric in toy.metrics}
    assert float(logs["critic"]) == pytest.approx(((9 + 1) / 2 + 1 + 16 + 9 + 0) / 3)
    metrics = {name: float(metric.result()) for name, metric in toy.health_metrics.items()}
    gradient = 1.5 + float(toy.c.numpy())
    assert metrics == pytest.approx(
        {"gap": (4 + 2 + 1) / 3, "level": (1 + 3 + 0) / 3, "slope": 0, "generator_gradient": abs(gradient)}
    )
    assert set(HEALTH_METRICS) == set(metrics)


def test_the_wasserstein_objective_needs_a_constraint():
    usual = models.settings("vawgan")["adversarial"]
    for objective, constraint in ("wasserstein", "weight_clipping"), ("least_squares", "none"):
        check(usual | {"objective": objective, "constraint": constraint}, "vawgan")
    with pytest.raises(VconvError, match="vawgan: adversarial.objective wasserstein needs .* is none; set it to one"):
        check(usual | {"objective": "wasserstein", "constraint": "none"}, "vawgan")
