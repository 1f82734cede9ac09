"""Adversarial training: several updates of a critic, then one of the generator, within one Keras train step."""

import contextlib

import keras
import numpy as np
import tensorflow as tf
from keras import ops

from vconv.common.errors import VconvError
from vconv.layers.moving_average import MovingAverage
from vconv.layers.spectral import SpectralNormalization
from vconv.models.losses import gradient_norm, gradient_penalty, mean_score

CONSTRAINTS = ("gradient_penalty", "weight_clipping", "spectral_normalization", "none")  # of a critic's slope
CLIPPED = ("kernel", "bias", "embeddings")
HEALTH_METRICS = ("gap", "level", "slope", "generator_gradient")  # see `AdversarialModel`


def check(adversarial, model_name, constraints=CONSTRAINTS):
    """Raise a VconvError if the objective of the section `adversarial` needs one of the `constraints` and has none."""
    if adversarial["objective"] == "wasserstein" and adversarial["constraint"] == "none":
        raise VconvError(
            f"{model_name}: adversarial.objective wasserstein needs a critic whose slope is bounded, and "
            f"adversarial.constraint is none; set it to one of: {', '.join(constraints[:-1])}"
        )


def minimize(loss_of, variables, optimizer, norm=None, tape=None):
    """Take one step of `optimizer` down the gradient of a loss; return the loss's terms.

    `loss_of()` returns (loss, {name: term}). Under the name `norm`, if there is one, the terms returned also hold the
    Euclidean norm of the whole gradient. What a `tape` has recorded already belongs to the loss.
    """
    with tape or tf.GradientTape() as tape:
        loss, terms = loss_of()
    gradients = tape.gradient(loss, variables)
    optimizer.apply(gradients, variables)
    return {**terms, norm: tf.linalg.global_norm(gradients)} if norm else terms


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


class LossTrackingModel(keras.Model):
    """Loss tracker: its log holds the epoch's running mean of each loss term; subclasses name them by `track_terms`.

    `monitored` names the term whose validation mean tells whether an epoch is better than those before;
    `validation_terms` are measured in validation only.
    """

    monitored = "loss"
    validation_terms = ()

    def begin_epoch(self, epoch):
        """Called before each epoch (counted from 0), for models whose training goes in phases."""

    def averaged(self):
        """Return a context within which the model has the weights that it is used with; here: those it has."""
        return contextlib.nullcontext()

    def track_terms(self, *names):
        """Create a running mean for each name."""
        self.trackers = {name: keras.metrics.Mean(name) for name in names}

    def track(self, terms):
        """Take the terms of one update into the running means of the epoch; return those means."""
        for name, term in terms.items():
            self.trackers[name].update_state(term)
        return {name: self.trackers[name].result() for name in terms}

    def tracked(self):
        """Return the running means of all terms of a training step."""
        return {name: tracker.result() for name, tracker in self.trackers.items() if name not in self.validation_terms}

    @property
    def metrics(self):
        return list(self.trackers.values())


class AdversarialModel(LossTrackingModel):
    """A model that trains a critic `critic_steps` times for each step of its generator.

    A subclass sets `critic_steps`, `critic_variables` and `generator_variables`, and defines `warm_up_loss(batch)`,
    `critic_loss(shared(batch))` and `generator_loss(shared(batch))`, each returning (loss, {name: term}).
    `train_step` gets the rows of all critic steps in one batch, so that each step sees rows of its own; the generator
    takes the first. While `adversarial` is False, the generator alone is updated, once for every part.

    It may set `objective` (a `losses.Objective`) for `objective_of`, `ema_decay` above 0 for averaged weights, and
    `settings` (the section `adversarial` of its own), whose constraint is kept here and in `penalized`.

    Terms named in `HEALTH_METRICS` stay out of the log; `vconv.training.health` reads their means from
    `health_metrics`: the gap between the mean scores of real and fake examples, the level of the fakes' mean score, the
    mean norm of the score's gradient by the input where a penalty pulls it to 1 (`slope`), and the norm of the
    generator's gradient by its weights, which `train_step` adds.
    """

    adversarial = True
    average = spectral = None
    ema_decay = 0.0
    settings = {"constraint": "none"}

    def compile(self, optimizer, critic_optimizer):
        """Attach both optimizers; their slots and the average exist at once, so that a checkpoint restores them."""
        super().compile(optimizer=optimizer, jit_compile=False)
        self.critic_optimizer = critic_optimizer
        self.optimizer.build(self.generator_variables)
        self.critic_optimizer.build(self.critic_variables)
        self.health_metrics = {name: keras.metrics.Mean(name) for name in HEALTH_METRICS}
        if self.ema_decay:
            self.average = MovingAverage(self.averaged_variables, self.ema_decay, name="average")
        if self.settings["constraint"] == "spectral_normalization":
            self.spectral = SpectralNormalization(self.critic_kernels, name="spectral")

    @property
    def averaged_variables(self):
        """What the average is of; a subclass adds moving statistics that its generator normalizes by."""
        return self.generator_variables

    def set_adversarial(self, adversarial):
        """Switch between the warm-up and the adversarial step; a change compiles the step anew."""
        if adversarial != self.adversarial:
            self.adversarial = adversarial
            self.make_train_function(force=True)

    @property
    def critic_kernels(self):
        """The kernels among the critic's variables."""
        return [variable for variable in self.critic_variables if variable.name == "kernel"]

    def shared(self, batch):
        """Return what `critic_loss` and `generator_loss` take, here the batch itself.

        A model may make its fakes here, once for critic and generator, unless each draws noise of its own.
        """
        return batch

    def after_critic_step(self):
        """Keep the critic's weights within their bound, where the settings set one.

        Scale and offset of a normalization stay free: at 0.01 each they would shrink the score by a million over three
        layers.
        """
        if self.settings["constraint"] == "weight_clipping":
            clipped = [variable for variable in self.critic_variables if variable.name in CLIPPED]
            clip_weights(clipped, self.settings["clip_limit"])
        if self.spectral:
            self.spectral.normalize(self.critic_kernels)

    def penalized(self, loss, gradient):
        """Return (the critic's loss + λ · gradient penalty, its terms) where the settings want one, else (loss, {}).

        `gradient()` returns that of the score by its input, [batch, ...], where the penalty is to be taken.
        """
        if self.settings["constraint"] != "gradient_penalty":
            return loss, {}
        found = gradient()
        terms = {"penalty": gradient_penalty(found), "slope": ops.mean(gradient_norm(found))}
        return loss + self.settings["penalty_weight"] * terms["penalty"], terms

    def examples(self, batch):
        """Return (real, generated), two arrays [rows, ...], whose variety is compared; None: do not compare."""

    def objective_of(self, real_scores, fake_scores):
        """Return (the objective's loss of the critic, health metrics)."""
        gap = mean_score(real_scores) - mean_score(fake_scores)
        metrics = {"gap": gap, "level": ops.abs(mean_score(fake_scores))}
        return self.objective.critic(real_scores, fake_scores), metrics

    def track(self, terms):
        """Take the terms of one update into their running means; return those that are in the log."""
        for name in terms.keys() & self.health_metrics.keys():
            self.health_metrics[name].update_state(terms[name])
        return super().track({name: term for name, term in terms.items() if name not in self.health_metrics})

    def train_step(self, data):
        """Update the critic on each part of `data` (columns [critic_steps · rows, …]), the generator on the first."""
        parts = list(zip(*(ops.split(column, self.critic_steps) for column in data), strict=True))
        if self.adversarial:
            with tf.GradientTape() as tape:  # it goes on in the generator's step, which nothing before it moves
                first = self.shared(parts[0])
            for number, part in enumerate(parts):
                seen = self.shared(part) if number else first
                self.track(
                    minimize(lambda seen=seen: self.critic_loss(seen), self.critic_variables, self.critic_optimizer)
                )
                self.after_critic_step()
            self.step_generator(lambda: self.generator_loss(first), "generator_gradient", tape)
        else:
            for part in parts:
                self.step_generator(lambda part=part: self.warm_up_loss(part))
        return self.tracked()

    def step_generator(self, loss_of, norm=None, tape=None):
        """Take one step of the generator, and of its average."""
        self.track(minimize(loss_of, self.generator_variables, self.optimizer, norm, tape))
        if self.average:
            self.average.update(self.averaged_variables, self.optimizer.iterations)

    @contextlib.contextmanager
    def averaged(self):
        """Within the block the generator has its averaged weights, where the settings ask for an average."""
        own = [np.array(variable) for variable in self.averaged_variables] if self.average else []
        self.take_average()
        try:
            yield
        finally:
            for variable, value in zip(self.averaged_variables, own, strict=False):
                variable.assign(value)

    def take_average(self):
        """Give the generator its averaged weights for good, where the settings ask for an average."""
        if self.average:
            self.average.copy_to(self.averaged_variables)

    def evaluate(self, *args, **kwargs):
        with self.averaged():  # held-out data judge what conversion will use
            return super().evaluate(*args, **kwargs)
