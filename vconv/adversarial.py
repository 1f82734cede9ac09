"""The two-player step: several updates of a critic, then one of the generator, within one Keras train step."""

import keras
import tensorflow as tf
from keras import ops


def minimise(loss_of, variables, optimizer):
    """Take one step of `optimizer` down the gradient of a loss; return the loss's terms.

    `loss_of()` returns (loss, {name: term}).
    """
    with tf.GradientTape() as tape:
        loss, terms = loss_of()
    optimizer.apply(tape.gradient(loss, variables), variables)
    return terms


def clip_weights(variables, limit):
    """Clip every variable to ± `limit`, the Lipschitz constraint of the first WGAN (arXiv 1701.07875, algorithm 1)."""
    for variable in variables:
        variable.assign(ops.clip(variable, -limit, limit))


def input_gradient(score_of, x):
    """Return the gradient of the summed scores by their input; one row's score must depend on that row alone."""
    with tf.GradientTape() as tape:
        tape.watch(x)
        scores = score_of(x)
    return tape.gradient(scores, x)


class Tracked(keras.Model):
    """A model whose log holds the epoch's running mean of each loss term; subclasses name them with `track_terms`.

    `watched` names the term whose validation mean tells whether an epoch was better than those before.
    """

    watched = "loss"

    def begin_epoch(self, epoch):
        """Called before each epoch (counted from 0), for models whose training goes in phases."""

    def track_terms(self, *names):
        """Create a running mean for each name."""
        self.trackers = {name: keras.metrics.Mean(name) for name in names}

    def track(self, terms):
        """Take the terms of one update into the running means of the epoch; return those means."""
        for name, term in terms.items():
            self.trackers[name].update_state(term)
        return {name: self.trackers[name].result() for name in terms}

    def tracked(self):
        """Return the running means of all terms."""
        return {name: tracker.result() for name, tracker in self.trackers.items()}

    @property
    def metrics(self):
        return list(self.trackers.values())


class TwoPlayerModel(Tracked):
    """A model that trains a critic `critic_steps` times for each step of its generator.

    A subclass sets `critic_steps`, `critic_variables` and `generator_variables`, and defines `critic_loss(batch)`,
    `generator_loss(batch)` and `warm_up_loss(batch)`, each returning (loss, {name: term}).
    `train_step` gets the rows of all critic steps in one batch, so that each step sees rows of its own; the generator
    takes the first. While `adversarial` is False, the generator alone is updated, once for every part.
    """

    adversarial = True

    def compile(self, optimizer, critic_optimizer):
        """Attach both optimisers; their slots exist at once, so that a checkpoint restores them."""
        super().compile(optimizer=optimizer, jit_compile=False)
        self.critic_optimizer = critic_optimizer
        self.optimizer.build(self.generator_variables)
        self.critic_optimizer.build(self.critic_variables)

    def set_adversarial(self, adversarial):
        """Switch between the warm-up and the two-player step; a change compiles the step anew."""
        if adversarial != self.adversarial:
            self.adversarial = adversarial
            self.make_train_function(force=True)

    def after_critic_step(self):
        """Called after each update of the critic, for constraints on its weights."""

    def train_step(self, data):
        """Update the critic on each part of `data` (columns [critic_steps · rows, …]), the generator on the first."""
        parts = list(zip(*(ops.split(column, self.critic_steps) for column in data), strict=True))
        if self.adversarial:
            for part in parts:
                self.track(
                    minimise(lambda part=part: self.critic_loss(part), self.critic_variables, self.critic_optimizer)
                )
                self.after_critic_step()
            self.track(minimise(lambda: self.generator_loss(parts[0]), self.generator_variables, self.optimizer))
        else:
            for part in parts:
                self.track(
                    minimise(lambda part=part: self.warm_up_loss(part), self.generator_variables, self.optimizer)
                )
        return self.tracked()
