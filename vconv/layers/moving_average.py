"""A moving average of a network's weights, kept beside them."""

import keras
from keras import ops


class MovingAverage(keras.layers.Layer):
    """The exponential moving average of variables; its own weights are the averages, so that a checkpoint has them.

    The average of a generator's weights over its last ~1 / (1 − decay) updates gives better samples than the last
    weights, which circle around the equilibrium (Yazıcı et al. 2019, arXiv 1806.04498; Karras et al. 2018, arXiv
    1710.10196, decay 0.999).
    """

    def __init__(self, variables, decay, **kwargs):
        super().__init__(**kwargs)
        self.decay = decay
        for number, variable in enumerate(variables):
            self.add_weight(shape=variable.shape, initializer="zeros", trainable=False, name=f"average_{number}")
        self.built = True
        for average, variable in zip(self.weights, variables, strict=True):
            average.assign(variable)

    def update(self, variables, updates):
        """Take in the variables after so many `updates` of them.

        decay · average + (1 − decay) · variable, with a decay of at most (1 + updates) / (10 + updates): young averages
        forget the first, random weights faster.
        """
        updates = ops.cast(updates, "float32")
        decay = ops.minimum(self.decay, (1 + updates) / (10 + updates))
        for average, variable in zip(self.weights, variables, strict=True):
            average.assign(decay * average + (1 - decay) * variable)

    def copy_to(self, variables):
        """Give the variables the values of their averages."""
        for average, variable in zip(self.weights, variables, strict=True):
            variable.assign(average)
