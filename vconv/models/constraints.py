"""Constraints on the slope of a critic: weight clipping, and the gradient that a penalty takes."""

import tensorflow as tf
from keras import ops

from vconv.layers import replicas


def clip_weights(variables, limit):
    """Clip each variable to ± `limit`, the Lipschitz constraint of WGAN (arXiv 1701.07875, algorithm 1)."""
    for variable in variables:
        replicas.assign(variable, ops.clip(variable, -limit, limit))


def input_gradient(score_of, x):
    """Return the gradient of each score with respect to its input, [batch, ...].

    It is computed from the sum of the scores, so each score may depend only on its own example.
    """
    with tf.GradientTape() as tape:
        tape.watch(x)
        scores = score_of(x)
    return tape.gradient(scores, x)
