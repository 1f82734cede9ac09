"""Spectral normalization of a network's kernels, by power iterations kept beside them."""

import keras
from keras import ops

TINY = 1e-30  # keeps the division of a zero kernel finite


class SpectralNormalization(keras.layers.Layer):
    """Divides kernels by their largest singular values; its weights are the vectors of the power iterations.

    A kernel is taken as the matrix [all other axes, last axis] (Miyato et al. 2018, arXiv 1802.05957, section 2.1).
    Each call makes one power iteration, which is enough because kernels change slowly.

    As in `keras.layers.SpectralNormalization` the normalized kernel replaces the kernel. That layer normalizes at each
    call in training: real, fake and interpolated samples of one step would then see three different critics, and the
    generator's step would change the critic. This layer normalizes only when `normalize` is called.
    """

    def __init__(self, kernels, **kwargs):
        super().__init__(**kwargs)
        for number, kernel in enumerate(kernels):
            self.add_weight(
                shape=(1, kernel.shape[-1]), initializer="random_normal", trainable=False, name=f"vector_{number}"
            )
        self.built = True

    def normalize(self, kernels):
        """Make one power iteration for each kernel and divide it by its singular value; a zero kernel stays 0."""
        for vector, kernel in zip(self.weights, kernels, strict=True):
            matrix = ops.reshape(kernel, (-1, kernel.shape[-1]))
            left = ops.matmul(vector, ops.transpose(matrix))
            image = ops.matmul(left, matrix)
            length = ops.norm(image)
            vector.assign(ops.where(length > 0, image / ops.maximum(length, TINY), vector))
            kernel.assign(kernel / ops.where(length > 0, length / ops.norm(left), 1.0))
