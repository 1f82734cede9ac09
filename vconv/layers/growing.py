"""A generator's output that grows: coarse pictures first, then finer ones, each faded in."""

import keras
import numpy as np
import tensorflow as tf
from keras import ops


class Growing(keras.layers.Layer):
    """Mix pictures of several resolutions, enlarged to the finest, by shares that `grow` sets.

    Progressive growing (Karras et al. 2018, arXiv 1710.10196, section 2) in one network: what is not yet faded in has
    share 0, gets no gradient and stays as it is. `coarsen` does the same to data, so that a critic never tells the two
    apart by their resolution. The shares are a weight, all on the finest unless `grow` says otherwise.

    Parameters
    ----------
    factors : list of (int, int)
        How many rows and columns of the finest picture one of each coarser picture is, coarsest first.

    Input: a list of float32 [batch, height / factor, width / factor, channels], the finest last; output: float32
    [batch, height, width, channels].
    """

    def __init__(self, factors, **kwargs):
        super().__init__(**kwargs)
        self.factors = [tuple(factor) for factor in factors] + [(1, 1)]
        self.shares = self.add_weight(shape=(len(self.factors),), initializer="zeros", trainable=False, name="shares")
        self.grow(1.0)

    def grow(self, progress):
        """Fade to where a training has come: 0 is the coarsest alone, 1 the finest, resolutions evenly in between."""
        position = np.clip(progress, 0, 1) * (len(self.factors) - 1)
        self.shares.assign(np.maximum(1 - np.abs(np.arange(len(self.factors)) - position), 0))

    def call(self, pictures):
        return sum(
            self.shares[number] * _enlarged(picture, factor)
            for number, (picture, factor) in enumerate(zip(pictures, self.factors, strict=True))
        )

    def coarsen(self, patches):
        """Return patches [batch, height, width, channels] as coarse as the output: means over what one value covers.

        Where that reaches beyond the patch, its last row or column counts again.
        """
        padded = patches
        for axis, times in enumerate(self.factors[0], 1):
            size = patches.shape[axis]
            padded = tf.gather(padded, np.minimum(np.arange(size + -size % times), size - 1), axis=axis)
        coarse = [tf.nn.avg_pool2d(padded, factor, factor, "VALID") for factor in self.factors]
        return self(coarse)[:, : patches.shape[1], : patches.shape[2]]


def _enlarged(x, factor):
    for axis, times in enumerate(factor, 1):
        x = ops.repeat(x, times, axis) if times > 1 else x
    return x
