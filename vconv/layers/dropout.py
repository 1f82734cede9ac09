"""Dropout whose noise is a function of a seed that comes in, so that a resumed training repeats it."""

import keras
import tensorflow as tf


class SeededDropout(keras.layers.Layer):
    """Set a share of the values to 0 and scale the others up, in training only (Srivastava et al. 2014).

    `keras.layers.Dropout` draws from a generator whose state no checkpoint holds.

    Parameters
    ----------
    rate : float
        Share of the values, 0 to below 1.
    number : int
        Layers of one network with the same seed need different numbers.

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
        own_seed = tf.random.experimental.stateless_fold_in(seed, self.number)
        kept = tf.random.stateless_uniform(tf.shape(x), own_seed) >= self.rate
        return x * tf.cast(kept, x.dtype) / (1 - self.rate)
