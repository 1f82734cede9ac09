"""Health of an adversarial training: faults of generator and critic, reported in words after each epoch.

The checks use the epoch's means of `models.adversarial.HEALTH_METRICS` and the variety of generated data. A warning is
given once, and again only after its condition went away. Training never stops because of one.
"""

import math

import keras
import numpy as np
import tensorflow as tf

from vconv.sample_measures.spread import spread

FIRST_EPOCHS = 5  # adversarial epochs that give the usual values
GROWTH = 10.0  # times the largest of the first epochs
FLAT, STEEP = 0.5, 1.5  # norms of the gradient of the critic's score, where a penalty pulls it to 1
LEAST_VARIETY = 0.2  # of generated data, as a share of that of the data
LEAST_GRADIENT = 1e-6
ROWS = 64  # of held-out data, from which variety is measured

REMEDIES = {  # condition → what usually helps against it
    "gap": "hold it back by adversarial.constraint gradient_penalty, a lower adversarial.critic_learning_rate or fewer "
    "adversarial.critic_steps, and take no batch normalization into a critic with a gradient penalty",
    "steep": "a larger adversarial.penalty_weight or a lower adversarial.critic_learning_rate, and no batch "
    "normalization in the critic",
    "flat": "more adversarial.critic_steps or a higher adversarial.critic_learning_rate: the critic knows too little "
    "to lead the generator",
    "variety": "adversarial.objective wasserstein with a gradient penalty, the minibatch's standard deviation in the "
    "critic, a lower training.learning_rate or more adversarial.critic_steps",
    "generator_gradient": "adversarial.objective wasserstein with a gradient penalty, smoothed labels "
    "(non_saturating_one_sided), a lower adversarial.critic_learning_rate or fewer "
    "adversarial.critic_steps",
    "nan": "lower training.learning_rate and adversarial.critic_learning_rate, or choose another adversarial.objective",
}
REMEDIES["level"] = REMEDIES["gap"]


def diagnose(rows):
    """Return what is wrong after the last of some epochs.

    Parameters
    ----------
    rows : list of dict
        One an adversarial epoch: gap, level, slope, generator_gradient (means over the epoch, see
        `adversarial.AdversarialModel`) and variety (spread of generated data / spread of the data); NaN: not measured.

    Returns
    -------
    found : dict
        Name of the condition → one sentence: what was measured, and what usually helps.
    """
    now = rows[-1]
    limit = GROWTH * max(abs(row[name]) for row in rows[:FIRST_EPOCHS] for name in ("gap", "level"))
    than = f"more than {GROWTH:g} times what the first {FIRST_EPOCHS} epochs brought"
    found = {}
    if now["gap"] > limit:
        found["gap"] = f"the critic runs away: it scores real data {now['gap']:.3g} above generated ones, {than}"
    if now["level"] > limit:
        found["level"] = f"the critic runs away: the mean score of generated data is ± {now['level']:.3g}, {than}"
    if len(rows) > 1:  # in the first epoch the critic is still on its way
        slope = f"the gradient of the critic's score has norm {now['slope']:.3g}, and the penalty should keep it at 1"
        found |= {"steep": slope} if now["slope"] > STEEP else {"flat": slope} if now["slope"] < FLAT else {}
    if len(rows) > FIRST_EPOCHS and now["variety"] < LEAST_VARIETY:
        found["variety"] = f"what is generated collapses: it varies {now['variety']:.1%} as much as the data"
    if now["generator_gradient"] < LEAST_GRADIENT:
        gradient = f"{now['generator_gradient']:.1e}"
        found["generator_gradient"] = f"the generator learns nothing: its gradient has norm {gradient}"
    return {condition: f"{what}; what usually helps: {REMEDIES[condition]}" for condition, what in found.items()}


class Health(keras.callbacks.Callback):
    """After each epoch of a `AdversarialModel`: tell in the log and in TensorBoard what is wrong.

    Parameters
    ----------
    folder : vconv.training.run_folder.RunFolder
        Keeps the metrics of all epochs in health.csv, so that a resumed training compares with its beginning.
    writer : tf.summary.SummaryWriter
    batches : iterable
        Held-out batches; the first shows how varied generated data are.
    report : callable
        Takes lines of text.
    """

    def __init__(self, folder, writer, batches, report):
        super().__init__()
        self.folder, self.writer, self.batches, self.report = folder, writer, batches, report
        self.rows = folder.history("health")
        self.reported = set()

    def on_epoch_begin(self, epoch, logs=None):
        """Begin the means of this epoch."""
        for metric in self.model.health_metrics.values():
            metric.reset_state()

    def on_epoch_end(self, epoch, logs=None):
        """Check this epoch, if the critic took part in it."""
        if not self.model.adversarial:
            return
        metrics = {name: _mean(metric) for name, metric in self.model.health_metrics.items()}
        self.rows.append({"epoch": epoch + 1, **metrics, "variety": self.variety()})
        self.folder.write_history(self.rows, "health")
        found = diagnose(self.rows)
        with self.writer.as_default():
            for name, value in self.rows[-1].items():
                if name != "epoch" and math.isfinite(value):
                    tf.summary.scalar(f"health/{name}", value, step=epoch + 1)
            for name in found.keys() - self.reported:
                self.report(f"{self.folder.path}: epoch {epoch + 1}: {found[name]}")
                tf.summary.text(f"health/warning: {name}", found[name], step=epoch + 1)
        self.reported = set(found)
        self.writer.flush()

    def variety(self):
        """Return the spread of generated data as a share of that of the data; NaN if there is nothing to compare."""
        batch = tf.nest.map_structure(lambda column: column[:ROWS], next(iter(self.batches)))
        with self.model.averaged():
            examples = self.model.examples(batch)
        if examples is None or len(examples[0]) < 2:
            return math.nan
        real, generated = (spread(np.asarray(x), np.random.default_rng(0)) for x in examples)
        return generated / real if real else math.nan


def _mean(metric):
    """Return the mean of a `keras.metrics.Mean`; NaN if it was never updated."""
    return float(metric.result()) if float(metric.count.numpy()) else math.nan
