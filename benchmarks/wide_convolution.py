"""Time the last layer of the decoder (1025 taps, 513 bins) as a convolution, as a Toeplitz matrix, and by FFT.

python benchmarks/wide_convolution.py
"""

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np
import tensorflow as tf
from side_by_side import compare

from vconv.layers.convolution import FourierConv1D

BINS, CHANNELS, ROUNDS = 513, 8, 9
TAP = np.arange(BINS)[:, None] - np.arange(BINS)[None] + BINS - 1


def toeplitz(x, kernel):
    """Return the same convolution as one matrix product; the matrix is gathered from the kernel."""
    matrix = tf.reshape(tf.transpose(tf.gather(kernel[..., 0], TAP), (0, 2, 1)), (BINS * CHANNELS, BINS))
    return tf.reshape(x, (-1, BINS * CHANNELS)) @ matrix


def training_step(layer, x, weights):
    """Return a function that computes the output of the layer and its gradients."""

    @tf.function
    def step():
        with tf.GradientTape() as tape:
            tape.watch(x)
            loss = tf.reduce_sum(tf.square(layer(x)))
        return [tf.convert_to_tensor(gradient) for gradient in tape.gradient(loss, [x, *weights])]

    step()
    return lambda: step()[0].numpy()


for batch in 16, 128:
    frames = tf.random.normal((batch, BINS, CHANNELS))
    plain, fast = keras.layers.Conv1D(1, 2 * BINS - 1, padding="same"), FourierConv1D(1, 2 * BINS - 1)
    plain.build(frames.shape)
    fast.build(frames.shape)
    kernel = tf.Variable(plain.kernel)
    print(f"batch {batch}")
    compare(
        {
            "Conv1D": training_step(plain, frames, plain.trainable_variables),
            "Toeplitz matrix": training_step(lambda x, kernel=kernel: toeplitz(x, kernel), frames, [kernel]),
            "FourierConv1D": training_step(fast, frames, fast.trainable_variables),
        },
        ROUNDS,
        "frames",
        batch,
    )
