"""Adversarial training: several updates of a critic and one of the generator in each Keras train step."""

import contextlib

import keras
import numpy as np
import tensorflow as tf
from keras import ops

from vconv.layers import replicas
from vconv.layers.moving_average import MovingAverage
from vconv.layers.spectral import SpectralNormalization
from vconv.models.constraints import clip_weights
from vconv.models.loss_tracking import LossTrackingModel, minimize
from vconv.models.losses import gradient_norm, gradient_penalty, mean_score

INTENSE_FIRST, INTENSE_EVERY = 25, 100  # steps of the generator
CLIPPED = ("kernel", "bias", "embeddings")  # names of the variables that weight clipping applies to
HEALTH_METRICS = ("gap", "level", "slope", "generator_gradient")  # see `AdversarialModel`


class AdversarialModel(LossTrackingModel):
    """Base class of models with a critic, which is trained `critic_steps` times for each step of the generator.

    A subclass sets `critic_steps`, `critic_variables` and `generator_variables`, and defines `warm_up_loss(batch)`,
    `critic_loss(shared(batch))` and `generator_loss(shared(batch))`, each of which returns (loss, {name: term}).
    `train_step` gets the examples of all critic steps in one batch; each critic step uses a different part of it, and
    the generator the first part. While `adversarial` is False, only the generator is updated, once for each part.

    A subclass may set `intense_steps`: so many critic updates, rounded up to whole passes over the parts, are taken for
    the first 25 steps of the generator with a critic, and for every 100th (Arjovsky et al. 2017, arXiv 1701.07875).

    A subclass may also set `objective` (a `losses.Objective`) for `objective_of`, `ema_decay` above 0 for averaged
    weights, and `settings` (the section `adversarial`). This class applies the constraint of these settings.

    Terms named in `HEALTH_METRICS` do not appear in the log. `vconv.training.health` reads their means from
    `health_metrics`:

    - gap: mean score of real examples − mean score of fakes
    - level: absolute mean score of the fakes
    - slope: mean norm of the score's gradient with respect to the input, where the gradient penalty is taken
    - generator_gradient: norm of the gradient of the generator's loss with respect to its weights
    """

    adversarial = True
    intense_steps = 0
    average = spectral = None
    ema_decay = 0.0
    settings = {"constraint": "none"}

    def compile(self, optimizer, critic_optimizer):
        """Attach both optimizers and create their state and the EMA, so that a checkpoint restores them."""
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
        """The variables of the EMA; a subclass adds the moving statistics of its generator's normalization."""
        return self.generator_variables

    def set_adversarial(self, adversarial):
        """Switch between the warm-up and the adversarial step; a change compiles the step again."""
        if adversarial != self.adversarial:
            self.adversarial = adversarial
            self.make_train_function(force=True)

    @property
    def critic_kernels(self):
        """The kernels among the critic's variables."""
        return [variable for variable in self.critic_variables if variable.name == "kernel"]

    def shared(self, batch):
        """Return the argument of `critic_loss` and `generator_loss`, here the batch itself.

        A model without noise may compute its fakes here, once for critic and generator.
        """
        return batch

    def after_critic_step(self):
        """Apply the constraint on the critic's weights, if the settings ask for one.

        Scale and offset of a normalization are not clipped: with a limit of 0.01, three layers would reduce the score
        to a millionth.
        """
        if self.settings["constraint"] == "weight_clipping":
            clipped = [variable for variable in self.critic_variables if variable.name in CLIPPED]
            clip_weights(clipped, self.settings["clip_limit"])
        if self.spectral:
            self.spectral.normalize(self.critic_kernels)

    def penalized(self, loss, gradient):
        """Add the gradient penalty to a critic's loss, if the settings ask for it.

        Parameters
        ----------
        loss : scalar tensor
        gradient : callable
            Returns the gradient of the score with respect to its input, [batch, ...], where the penalty is taken.

        Returns
        -------
        loss : scalar tensor
            loss + λ · penalty.
        terms : dict
            Penalty and slope; empty without a penalty.
        """
        if self.settings["constraint"] != "gradient_penalty":
            return loss, {}
        gradients = gradient()
        terms = {"penalty": gradient_penalty(gradients), "slope": ops.mean(gradient_norm(gradients))}
        return loss + self.settings["penalty_weight"] * terms["penalty"], terms

    def examples(self, batch):
        """Return (real, generated) examples, two arrays [n, ...], whose variety is compared; None: no comparison."""

    def objective_of(self, real_scores, fake_scores):
        """Return the objective's loss of the critic, and the health metrics gap and level."""
        gap = mean_score(real_scores) - mean_score(fake_scores)
        metrics = {"gap": gap, "level": ops.abs(replicas.mean(mean_score(fake_scores)))}
        return self.objective.critic(real_scores, fake_scores), metrics

    def track(self, terms):
        """Add the terms of one update to their running means; return the means that appear in the log."""
        for name in terms.keys() & self.health_metrics.keys():
            self.health_metrics[name].update_state(terms[name])
        return super().track({name: term for name, term in terms.items() if name not in self.health_metrics})

    def train_step(self, data):
        """Update the critic on each part of `data`, columns [critic_steps · n, …], and the generator on the first."""
        parts = list(zip(*(ops.split(column, self.critic_steps) for column in data), strict=True))
        if self.adversarial:
            # The generator's step goes on with this tape. Critic steps do not change the generator.
            with tf.GradientTape() as tape:
                first = self.shared(parts[0])
            self.step_critic(parts, first)
            self.step_generator(lambda: self.generator_loss(first), "generator_gradient", tape)
        else:
            for part in parts:
                self.step_generator(lambda part=part: self.warm_up_loss(part))
        return self.tracked()

    def step_critic(self, parts, first):
        """Update the critic on each part, in one pass or in those that `intense_steps` ask for.

        `first` is the `shared` of the first part.
        """

        def step(done=0):
            for number, part in enumerate(parts):
                batch = self.shared(part) if number else first
                self.track(
                    minimize(lambda batch=batch: self.critic_loss(batch), self.critic_variables, self.critic_optimizer)
                )
                self.after_critic_step()
            return [done + 1]

        if not self.intense_steps:
            step()
            return
        passes = -(-self.intense_steps // self.critic_steps)
        early = self.critic_optimizer.iterations < INTENSE_FIRST * passes * self.critic_steps
        intense = ops.logical_or(early, self.optimizer.iterations % INTENSE_EVERY == 0)
        count = ops.where(intense, passes, 1)
        tf.while_loop(lambda done: done < count, step, [tf.constant(0)], parallel_iterations=1)

    def step_generator(self, loss_of, norm=None, tape=None):
        """Take one step of the generator and of its EMA."""
        self.track(minimize(loss_of, self.generator_variables, self.optimizer, norm, tape))
        if self.average:
            self.average.update(self.averaged_variables, self.optimizer.iterations)

    @contextlib.contextmanager
    def averaged(self):
        """Within the block the generator has its averaged weights, if the settings ask for an EMA."""
        saved = [np.array(variable) for variable in self.averaged_variables] if self.average else []
        self.take_average()
        try:
            yield
        finally:
            for variable, value in zip(self.averaged_variables, saved, strict=False):
                variable.assign(value)

    def take_average(self):
        """Replace the generator's weights by their averages, if the settings ask for an EMA."""
        if self.average:
            self.average.copy_to(self.averaged_variables)

    def evaluate(self, *args, **kwargs):
        with self.averaged():  # validation measures the weights that conversion uses
            return super().evaluate(*args, **kwargs)
