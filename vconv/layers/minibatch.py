"""A layer by which a critic sees how varied its whole batch is."""

import keras
from keras import ops


class MinibatchDeviation(keras.layers.Layer):
    """Append one channel that holds how much the rows of the batch differ, the same number everywhere.

    The standard deviation over the batch at each place and channel, averaged over all of them (Karras et al. 2018,
    arXiv 1710.10196, section 3): a batch of one sample again and again is told apart from data by it. With it a score
    depends on the other rows, too, so the norm that a gradient penalty takes is no longer quite that of one sample.

    Input: float32 [batch, ..., channels]; output: float32 [batch, ..., channels + 1].
    """

    def __init__(self, epsilon=1e-8, **kwargs):
        super().__init__(**kwargs)
        self.epsilon = epsilon  # keeps the root differentiable where all rows agree

    def call(self, x):
        deviation = ops.mean(ops.sqrt(ops.mean(ops.square(x - ops.mean(x, axis=0)), axis=0) + self.epsilon))
        return ops.concatenate([x, ops.ones_like(x[..., :1]) * deviation], axis=-1)

    def compute_output_shape(self, input_shape):
        return (*input_shape[:-1], input_shape[-1] + 1)
