"""Base class of all models: running means of loss terms, and the optimizer step."""

import contextlib

import keras
import tensorflow as tf
from keras import ops

from vconv.layers import replicas


def minimize(loss_of, variables, optimizer, norm=None, tape=None):
    """Take one optimizer step down the gradient of a loss.

    Parameters
    ----------
    loss_of : callable
        Returns (loss, {name: term}).
    variables : list of keras.Variable
    optimizer : keras.optimizers.Optimizer
    norm : str, optional
        Name under which the result holds the Euclidean norm of the whole gradient.
    tape : tf.GradientTape, optional
        A tape that has already recorded operations on which the loss depends.

    Returns
    -------
    terms : dict
        Name → scalar tensor.
    """
    with tape or tf.GradientTape() as tape:
        loss, terms = loss_of()
        loss = loss / replicas.count()  # Keras' optimizers sum the gradients of all replicas
    gradients = tape.gradient(loss, variables)
    optimizer.apply(gradients, variables)
    return {**terms, norm: tf.linalg.global_norm(replicas.total(gradients))} if norm else terms


class LossTrackingModel(keras.Model):
    """A model whose log holds the epoch's mean of each loss term; subclasses name the terms by `track_terms`.

    Attributes
    ----------
    monitored : str
        The term whose validation mean decides which epoch is better.
    validation_terms : tuple of str
        Terms that are measured in validation only.
    """

    monitored = "loss"
    validation_terms = ()

    def begin_epoch(self, epoch):
        """Prepare an epoch, counted from 0; for models whose training has phases."""

    def averaged(self):
        """Return a context in which the model has the weights for its use; here those it has."""
        return contextlib.nullcontext()

    def track_terms(self, *names):
        """Create a running mean for each name."""
        self.trackers = {name: keras.metrics.Mean(name) for name in names}

    def track(self, terms):
        """Add the terms of one update to the running means of the epoch; return those means."""
        for name, term in terms.items():
            self.trackers[name].update_state(term)
        return {name: _log(self.trackers[name]) for name in terms}

    def tracked(self):
        """Return the running means of all terms of a training step."""
        return {name: _log(tracker) for name, tracker in self.trackers.items() if name not in self.validation_terms}

    @property
    def metrics(self):
        return list(self.trackers.values())

    def _maybe_symbolic_build(self, *_, **__):
        """Do nothing, because networks are functional; Keras 3.15 fails here with `MultiWorkerMirroredStrategy`."""


def _log(tracker):
    """Return a running mean for the log; [1] on several machines, where Keras averages along the first axis."""
    if isinstance(tf.distribute.get_strategy(), tf.distribute.MultiWorkerMirroredStrategy):
        return ops.reshape(tracker.result(), (1,))
    return tracker.result()
