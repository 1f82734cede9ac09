"""Minibatch standard deviation: a layer that gives a critic the variety of its batch."""

import keras
from keras import ops


class MinibatchStd(keras.layers.Layer):
    """Append one channel with the standard deviation within the batch, the same number everywhere.

    It is computed over the examples of the batch at each position and channel, and averaged over these (Karras et al.
    2018, arXiv 1710.10196, section 3). By it a critic recognizes a batch of equal samples. A score then depends on all
    examples of the batch, so the norm in a gradient penalty is only approximately that of one example.

    Input: float32 [batch, ..., channels]; output: float32 [batch, ..., channels + 1].
    """

    def __init__(self, epsilon=1e-8, **kwargs):
        super().__init__(**kwargs)
        self.epsilon = epsilon  # keeps the root differentiable where all examples agree

    def call(self, x):
        std = ops.mean(ops.sqrt(ops.mean(ops.square(x - ops.mean(x, axis=0)), axis=0) + self.epsilon))
        return ops.concatenate([x, ops.ones_like(x[..., :1]) * std], axis=-1)

    def compute_output_shape(self, input_shape):
        return (*input_shape[:-1], input_shape[-1] + 1)
