"""Spectral normalization of a network's kernels, by vectors kept beside them."""

import keras
from keras import ops

TINY = 1e-30


class SpectralNormalization(keras.layers.Layer):
    """Divides kernels by their largest singular values; its own weights are the vectors of the power iterations.

    A kernel counts as the matrix [all its other axes, last axis] (Miyato et al. 2018, arXiv 1802.05957, section 2.1);
    one power iteration a call, which follows a kernel that changes slowly. As in `keras.layers.SpectralNormalization`
    the quotient replaces the kernel. That layer normalizes at each call in training, so real, fake and mixed samples of
    one step would see three critics, and the generator's step would change its opponent; this one does when it is told.
    """

    def __init__(self, kernels, **kwargs):
        super().__init__(**kwargs)
        for number, kernel in enumerate(kernels):
            self.add_weight(
                shape=(1, kernel.shape[-1]), initializer="random_normal", trainable=False, name=f"vector_{number}"
            )
        self.built = True

    def normalize(self, kernels):
        """Take a step of each power iteration, then divide each kernel by its singular value; one of zeros stays."""
        for vector, kernel in zip(self.weights, kernels, strict=True):
            matrix = ops.reshape(kernel, (-1, kernel.shape[-1]))
            left = ops.matmul(vector, ops.transpose(matrix))
            image = ops.matmul(left, matrix)
            length = ops.norm(image)
            vector.assign(ops.where(length > 0, image / ops.maximum(length, TINY), vector))
            kernel.assign(kernel / ops.where(length > 0, length / ops.norm(left), 1.0))
