"""Dropout that depends on a seed among its inputs, so that a resumed training repeats it."""

import keras
import tensorflow as tf


class SeededDropout(keras.layers.Layer):
    """Dropout (Srivastava et al. 2014): in training, set a share of the values to 0 and scale the others up.

    `keras.layers.Dropout` uses a random generator whose state is not in the checkpoint.

    Parameters
    ----------
    rate : float
        Share of the values that become 0, from 0 to below 1.
    number : int
        Differs between the layers of a network, so that layers with the same seed draw different values.

    Input: (x float32 [batch, ...], seed int32 [2]); output: float32 [batch, ...].
    """

    def __init__(self, rate, number, **kwargs):
        super().__init__(**kwargs)
        self.rate = rate
        self.number = number

    def call(self, inputs, training=False):
        x, seed = inputs
        if not training or not self.rate:
            return x
        layer_seed = tf.random.experimental.stateless_fold_in(seed, self.number)
        kept = tf.random.stateless_uniform(tf.shape(x), layer_seed) >= self.rate
        return x * tf.cast(kept, x.dtype) / (1 - self.rate)
