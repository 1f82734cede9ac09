"""Progressive growing: a generator's output at increasing resolution; each resolution is faded in."""

import keras
import numpy as np
import tensorflow as tf
from keras import ops


class Growing(keras.layers.Layer):
    """Weighted sum of pictures of several resolutions, enlarged to the finest; `grow` sets the weights ("shares").

    Progressive growing (Karras et al. 2018, arXiv 1710.10196, section 2) in one network. A resolution that is not faded
    in yet has share 0, so its layers get no gradient and do not change. `coarsen` reduces the resolution of data in the
    same way, so that a critic cannot tell real from generated patches by their resolution. The shares are an untrained
    weight; initially the finest resolution has share 1.

    Parameters
    ----------
    factors : list of (int, int)
        For each coarser picture, coarsest first: rows and columns of the finest picture per row and column of it.

    Input: a list of float32 [batch, height / factor, width / factor, channels], the finest last; output: float32
    [batch, height, width, channels].
    """

    def __init__(self, factors, **kwargs):
        super().__init__(**kwargs)
        self.factors = [tuple(factor) for factor in factors] + [(1, 1)]
        self.shares = self.add_weight(shape=(len(self.factors),), initializer="zeros", trainable=False, name="shares")
        self.grow(1.0)

    def grow(self, progress):
        """Set the shares for the progress of a training: at 0 only the coarsest, at 1 only the finest resolution."""
        position = np.clip(progress, 0, 1) * (len(self.factors) - 1)
        self.shares.assign(np.maximum(1 - np.abs(np.arange(len(self.factors)) - position), 0))

    def call(self, pictures):
        return sum(
            self.shares[number] * _enlarged(picture, factor)
            for number, (picture, factor) in enumerate(zip(pictures, self.factors, strict=True))
        )

    def coarsen(self, patches):
        """Return patches [batch, height, width, channels] at the resolution of the output, by means over blocks.

        For blocks that extend beyond the patch, its last row or column is repeated.
        """
        padded = patches
        for axis, factor in enumerate(self.factors[0], 1):
            size = patches.shape[axis]
            padded = tf.gather(padded, np.minimum(np.arange(size + -size % factor), size - 1), axis=axis)
        coarse = [tf.nn.avg_pool2d(padded, factor, factor, "VALID") for factor in self.factors]
        return self(coarse)[:, : patches.shape[1], : patches.shape[2]]


def _enlarged(x, factor):
    for axis, repeats in enumerate(factor, 1):
        x = ops.repeat(x, repeats, axis) if repeats > 1 else x
    return x
