"""Health of adversarial training: warnings about generator and critic after each epoch.

The checks use the epoch's means of `models.adversarial.HEALTH_METRICS` and the variety of generated examples. A warning
is given once, and again only after its condition has ended. A warning does not stop the training.
"""

import math

import keras
import numpy as np
import tensorflow as tf

from vconv.sample_measures.spread import spread

FIRST_EPOCHS = 5  # adversarial epochs whose values count as normal
GROWTH = 10.0  # factor on the largest value of the first epochs
FLAT, STEEP = 0.5, 1.5  # limits of the gradient norm of the critic's score, for which a gradient penalty aims at 1
LEAST_VARIETY = 0.2  # of generated examples, as a share of the variety of real ones
LEAST_GRADIENT = 1e-6
EXAMPLES = 64  # held-out examples from which variety is measured

REMEDIES = {  # condition → what usually helps
    "gap": "adversarial.constraint gradient_penalty, a lower adversarial.critic_learning_rate or fewer "
    "adversarial.critic_steps, and no batch normalization in a critic with a gradient penalty",
    "steep": "a larger adversarial.penalty_weight or a lower adversarial.critic_learning_rate, and no batch "
    "normalization in the critic",
    "flat": "more adversarial.critic_steps or a higher adversarial.critic_learning_rate, because a weak critic gives "
    "the generator no useful gradient",
    "variety": "adversarial.objective wasserstein with a gradient penalty, the minibatch's standard deviation in the "
    "critic, a lower training.learning_rate or more adversarial.critic_steps",
    "generator_gradient": "adversarial.objective wasserstein with a gradient penalty, smoothed labels "
    "(non_saturating_one_sided), a lower adversarial.critic_learning_rate or fewer "
    "adversarial.critic_steps",
    "nan": "lower training.learning_rate and adversarial.critic_learning_rate, or choose another adversarial.objective",
}
REMEDIES["level"] = REMEDIES["gap"]


def diagnose(rows):
    """Return the faults of a training after its last epoch.

    Parameters
    ----------
    rows : list of dict
        One for each adversarial epoch: gap, level, slope, generator_gradient (means over the epoch, see
        `adversarial.AdversarialModel`) and variety (spread of generated / spread of real examples); NaN: not measured.

    Returns
    -------
    warnings : dict
        Condition → one sentence with the measured value and what usually helps.
    """
    last = rows[-1]
    limit = GROWTH * max(abs(row[name]) for row in rows[:FIRST_EPOCHS] for name in ("gap", "level"))
    excess = f"more than {GROWTH:g} times the largest value of the first {FIRST_EPOCHS} epochs"
    faults = {}
    if last["gap"] > limit:
        faults["gap"] = f"the critic dominates: it scores real data {last['gap']:.3g} above generated data, {excess}"
    if last["level"] > limit:
        faults["level"] = f"the critic dominates: the mean score of generated data is ± {last['level']:.3g}, {excess}"
    if len(rows) > 1:  # in the first epoch the slope is not yet near 1
        slope = f"the gradient of the critic's score has norm {last['slope']:.3g}, and the penalty should keep it at 1"
        faults |= {"steep": slope} if last["slope"] > STEEP else {"flat": slope} if last["slope"] < FLAT else {}
    if len(rows) > FIRST_EPOCHS and last["variety"] < LEAST_VARIETY:
        faults["variety"] = f"mode collapse: generated data vary {last['variety']:.1%} as much as held-out data"
    if last["generator_gradient"] < LEAST_GRADIENT:
        gradient = f"{last['generator_gradient']:.1e}"
        faults["generator_gradient"] = f"the generator does not learn: its gradient has norm {gradient}"
    return {condition: f"{fault}; what usually helps: {REMEDIES[condition]}" for condition, fault in faults.items()}


class Health(keras.callbacks.Callback):
    """Checks an `AdversarialModel` after each epoch, and warns in the log and in TensorBoard.

    Parameters
    ----------
    folder : vconv.training.run_folder.RunFolder
        Keeps the metrics of all epochs in health.csv, so that a resumed training is compared with its first epochs.
    writer : tf.summary.SummaryWriter
    batches : iterable
        Held-out batches; variety is measured on the first.
    report : callable
        Takes lines of text for the user.
    """

    def __init__(self, folder, writer, batches, report):
        super().__init__()
        self.folder, self.writer, self.batches, self.report = folder, writer, batches, report
        self.rows = folder.history("health")
        self.reported = set()

    def on_epoch_begin(self, epoch, logs=None):
        """Reset the means of the health metrics."""
        for metric in self.model.health_metrics.values():
            metric.reset_state()

    def on_epoch_end(self, epoch, logs=None):
        """Check this epoch, if it was adversarial."""
        if not self.model.adversarial:
            return
        metrics = {name: _mean(metric) for name, metric in self.model.health_metrics.items()}
        self.rows.append({"epoch": epoch + 1, **metrics, "variety": self.variety()})
        self.folder.write_history(self.rows, "health")
        warnings = diagnose(self.rows)
        with self.writer.as_default():
            for name, value in self.rows[-1].items():
                if name != "epoch" and math.isfinite(value):
                    tf.summary.scalar(f"health/{name}", value, step=epoch + 1)
            for name in warnings.keys() - self.reported:
                self.report(f"{self.folder.path}: epoch {epoch + 1}: {warnings[name]}")
                tf.summary.text(f"health/warning: {name}", warnings[name], step=epoch + 1)
        self.reported = set(warnings)
        self.writer.flush()

    def variety(self):
        """Return the spread of generated examples as a share of that of real ones; NaN without a comparison."""
        batch = tf.nest.map_structure(lambda column: column[:EXAMPLES], next(iter(self.batches)))
        with self.model.averaged():
            examples = self.model.examples(batch)
        if examples is None or len(examples[0]) < 2:
            return math.nan
        real, generated = (spread(np.asarray(x), np.random.default_rng(0)) for x in examples)
        return generated / real if real else math.nan


def _mean(metric):
    """Return the mean of a `keras.metrics.Mean`; NaN if it was never updated."""
    return float(metric.result()) if float(metric.count.numpy()) else math.nan
