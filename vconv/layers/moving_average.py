"""EMA: the exponential moving average of a network's weights, kept beside them."""

import keras
from keras import ops

from vconv.layers import replicas


class MovingAverage(keras.layers.Layer):
    """Exponential moving average of variables; the averages are the layer's weights, so that checkpoints hold them.

    A generator with the average over its last 1 / (1 − decay) updates, approximately, gives better samples than with
    the last weights, which circle around the equilibrium (Yazıcı et al. 2019, arXiv 1806.04498; Karras et al. 2018,
    arXiv 1710.10196, decay 0.999).

    Parameters
    ----------
    variables : list of keras.Variable
        The averages start at their values.
    decay : float
        From 0 to below 1.
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
        """Replace each average by decay · average + (1 − decay) · variable.

        The decay is at most (1 + updates) / (10 + updates), so that the first, random weights soon lose their
        influence. `updates` is the number of updates of the variables so far.
        """
        updates = ops.cast(updates, "float32")
        decay = ops.minimum(self.decay, (1 + updates) / (10 + updates))
        for average, variable in zip(self.weights, variables, strict=True):
            replicas.assign(average, decay * average + (1 - decay) * variable)

    def copy_to(self, variables):
        """Assign the averages to the variables."""
        for average, variable in zip(self.weights, variables, strict=True):
            variable.assign(average)
