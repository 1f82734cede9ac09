"""Health checks of adversarial training: each warning on a training made to fail, none on a healthy one."""

import math
import re

import keras
import numpy as np
import pytest
import tensorflow as tf
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from vconv.models import losses
from vconv.models.adversarial import AdversarialModel
from vconv.models.constraints import input_gradient
from vconv.training.health import FIRST_EPOCHS, GROWTH, REMEDIES, Health, diagnose
from vconv.training.run_folder import RunFolder

DATA = np.random.default_rng(0).normal(3, 1, (256, 1)).astype("float32")


class Toy(AdversarialModel):
    """The generator is z → scale · z + shift, for data around 3; the critic has one hidden layer, linear by default."""

    critic_steps = 2
    rows = 64

    def __init__(self, penalty=None, scale=1.0, weight=0.5, activation=None):
        super().__init__()
        self.penalty, self.objective = penalty, losses.OBJECTIVES["wasserstein"]
        start = keras.initializers.RandomUniform(-weight, weight, seed=1)
        self.generator = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
        self.generator.set_weights([np.full((1, 1), scale), np.zeros(1)])
        sizes = (16, activation), (1, None)
        self.critic = keras.Sequential(
            [keras.Input((1,)), *(keras.layers.Dense(*size, kernel_initializer=start) for size in sizes)]
        )
        self.generator_variables, self.critic_variables = (
            net.trainable_variables for net in (self.generator, self.critic)
        )
        self.track_terms("loss", "critic_loss")
        self.built = True

    def fake(self, step):
        return self.generator(tf.random.stateless_normal((self.rows, 1), [0, tf.cast(step, tf.int32)]))

    def generator_loss(self, batch):
        loss = self.objective.generator(self.critic(self.fake(self.optimizer.iterations)))
        return loss, {"loss": loss}

    def critic_loss(self, batch):
        fake = self.fake(self.critic_optimizer.iterations + 10**6)
        loss, metrics = self.objective_of(self.critic(batch[0]), self.critic(fake))
        if self.penalty is not None:
            gradient = input_gradient(self.critic, losses.interpolate(batch[0], fake, np.full(64, 0.5, "float32")))
            loss += self.penalty * losses.gradient_penalty(gradient)
            metrics["slope"] = tf.reduce_mean(losses.gradient_norm(gradient))
        return loss, {"critic_loss": loss, **metrics}

    warm_up_loss = generator_loss

    def examples(self, batch):
        return batch[0], self.fake(0)


@pytest.fixture
def watch(tmp_path):
    """Train a `Toy`: watch(epochs, …) → lines reported, run folder."""

    def run(epochs, rate=0.05, critic_rate=0.05, warm_up=0, steps=3, **kinds):
        model = Toy(**kinds)
        model.compile(keras.optimizers.SGD(rate), keras.optimizers.SGD(critic_rate))
        folder, lines = RunFolder(tmp_path), []
        folder.epochs_done = lambda: 0
        writer = tf.summary.create_file_writer(str(folder.log))
        begin = keras.callbacks.LambdaCallback(
            on_epoch_begin=lambda epoch, logs: model.set_adversarial(epoch >= warm_up)
        )
        batches = tf.data.Dataset.from_tensors((DATA[:128],)).repeat()
        model.fit(
            batches,
            steps_per_epoch=steps,
            epochs=epochs,
            shuffle=False,
            verbose=0,
            callbacks=[begin, Health(folder, writer, [(DATA,)], lines.append)],
        )
        folder.epochs_done = lambda: epochs
        return lines, folder

    return run


def test_a_healthy_training_gives_no_warning_and_its_metrics_are_kept(watch):
    lines, folder = watch(9, penalty=10.0, steps=40, warm_up=1, activation="tanh", rate=0.02)
    rows = folder.history("health")
    assert lines == [] and [row["epoch"] for row in rows] == list(range(2, 10)), "the warm-up is not judged"
    assert set(rows[0]) == {"epoch", "gap", "level", "slope", "generator_gradient", "variety"}
    assert rows[-1]["gap"] < 0.5 * rows[0]["gap"] and all(0.5 < row["variety"] < 1.5 for row in rows)


def test_the_scores_of_an_unbounded_critic_give_a_warning(watch):
    lines, folder = watch(14, rate=1e-9, critic_rate=0.1)
    (warning,) = [line for line in lines if "real data" in line]
    gaps = [row["gap"] for row in folder.history("health")]
    first = next(i for i, gap in enumerate(gaps) if gap > GROWTH * max(map(abs, gaps[:FIRST_EPOCHS])))
    assert f"epoch {first + 1}: the critic dominates" in warning and REMEDIES["gap"] in warning and first < 13, (
        "at once"
    )
    assert all(math.isnan(row["slope"]) for row in folder.history("health")), "no penalty, no slope to judge"


def test_a_slope_far_above_or_below_1_gives_a_warning(watch):
    lines, _ = watch(6, penalty=1e-6, rate=1e-9, weight=1.0)
    assert sum("penalty should keep it at 1" in line and REMEDIES["steep"] in line for line in lines) == 1
    lines, _ = watch(3, penalty=10.0, critic_rate=1e-9, weight=0.05)
    assert sum("penalty should keep it at 1" in line and REMEDIES["flat"] in line for line in lines) == 1


def test_a_collapsed_generator_gives_one_warning_and_an_entry_in_the_log(watch):
    lines, folder = watch(8, rate=1e-9, scale=0.01, penalty=1.0, activation="tanh")
    assert sum("mode collapse" in line and REMEDIES["variety"] in line for line in lines) == 1
    assert any(f"epoch {FIRST_EPOCHS + 1}: mode collapse" in line for line in lines)
    log = EventAccumulator(str(folder.log))
    log.Reload()
    assert {event.step for event in log.Tensors("health/variety")} == set(range(1, 9))
    warnings = [event for event in log.Tensors("health/warning: variety")]
    assert [event.step for event in warnings] == [FIRST_EPOCHS + 1]
    assert b"mode collapse" in warnings[0].tensor_proto.string_val[0]


def test_a_generator_without_gradient_gives_a_warning(watch):
    lines, _ = watch(2, weight=0.0)
    assert len(lines) == 1 and "epoch 1: the generator does not learn" in lines[0]
    assert REMEDIES["generator_gradient"] in lines[0]


GOOD = {"gap": 2.0, "level": 1.0, "slope": 1.1, "generator_gradient": 0.1, "variety": 0.9}
CASES = [
    ("gap", "gap", 20.0, 20.1),
    ("level", "level", 20.0, 20.1),
    ("slope", "steep", 1.5, 1.51),
    ("slope", "flat", 0.5, 0.49),
    ("variety", "variety", 0.2, 0.19),
    ("generator_gradient",) * 2 + (1e-6, 9e-7),
]


@pytest.mark.parametrize("sign, condition, still_good, bad", CASES)
def test_every_limit_by_hand(sign, condition, still_good, bad):
    first = [GOOD] * 6
    assert diagnose(first) == diagnose([*first, GOOD | {sign: still_good}]) == {}
    found = diagnose([*first, GOOD | {sign: bad}])
    assert list(found) == [condition] and found[condition].endswith(REMEDIES[condition])
    assert re.search(rf"{bad:.3g}|{bad:.1%}|{bad:.1e}", found[condition])
    assert diagnose([*first, GOOD | {sign: math.nan}]) == {}
    assert diagnose([dict.fromkeys(GOOD, math.nan)] * 7) == {}


def test_limits_of_growth_follow_from_the_first_epochs_alone():
    drifting = [GOOD | {"gap": 1.2**epoch} for epoch in range(30)]
    found = [bool(diagnose(drifting[: count + 1])) for count in range(30)]
    assert found.index(True) == next(e for e in range(30) if 1.2**e > 10 * 1.2**4) and all(found[found.index(True) :])
    assert diagnose([GOOD | {"variety": 0.01}] * FIRST_EPOCHS) == {}, "a generator may begin with equal samples"
    assert diagnose([GOOD | {"slope": 0.0}]) == {}, "and a critic without a slope"


def test_a_warning_is_repeated_only_after_its_condition_had_ended(watch, monkeypatch):
    states = iter([{"gap": "A"}, {"gap": "A", "steep": "B"}, {"steep": "B"}, {"gap": "A"}, {}])
    monkeypatch.setattr("vconv.training.health.diagnose", lambda rows: next(states))
    lines, _ = watch(5)
    assert [line.split(": ")[-2:] for line in lines] == [["epoch 1", "A"], ["epoch 2", "B"], ["epoch 4", "A"]]


def test_metrics_are_means_over_their_own_epoch(watch, monkeypatch):
    objective_of = Toy.objective_of

    def counted(model, real, fake):
        return objective_of(model, real, fake)[0], {"gap": tf.cast(model.critic_optimizer.iterations, tf.float32)}

    monkeypatch.setattr(Toy, "objective_of", counted)
    rows = watch(3)[1].history("health")
    assert [row["gap"] for row in rows] == [2.5, 8.5, 14.5] and math.isnan(rows[0]["level"]), "6 critic steps an epoch"


def test_a_resumed_training_is_compared_with_its_first_epochs(watch, tmp_path):
    quiet = [{"epoch": epoch, **GOOD, "gap": 1e-6, "level": 1e-6} for epoch in range(1, 7)]
    RunFolder(tmp_path).write_history(quiet, "health")
    folder = RunFolder(tmp_path)
    folder.epochs_done = lambda: 6
    health = Health(folder, None, [], print)
    assert len(health.rows) == 6 and list(diagnose([*health.rows, GOOD])) == ["gap", "level"]
