"""Time a training step of encoder and critic with Keras' strided convolutions and with `StridedConv1D`.

python benchmarks/strided_convolution.py
"""

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

from unittest import mock

import keras
import tensorflow as tf
from side_by_side import compare

from vconv import models
from vconv.models import convvae, vawgan

BINS, SPEAKERS, ROUNDS = 513, 10, 9
NETWORK = models.settings("vawgan")["network"]


def keras_own(filters, kernel_size, strides, name):
    return keras.layers.Conv1D(filters, kernel_size, strides, padding="same", name=name)


def encoder():
    return convvae.encoder(BINS, NETWORK)


def critic():
    network = vawgan.critic(BINS, SPEAKERS, NETWORK)
    speaker = tf.zeros(1, "int32")
    frame = keras.Input((BINS,))
    return keras.Model(frame, network([frame, speaker]))


def training_step(network, frames):
    """Return a function that computes the outputs of a network and the gradients of its weights."""

    @tf.function
    def step():
        with tf.GradientTape() as tape:
            loss = sum(tf.reduce_sum(tf.square(output)) for output in tf.nest.flatten(network(frames)))
        gradients = tape.gradient(loss, network.trainable_variables)
        return sum(tf.reduce_sum(tf.convert_to_tensor(gradient)) for gradient in gradients)

    step()
    return lambda: step().numpy()


def main():
    for batch in 64, 256:
        frames = tf.random.uniform((batch, BINS), -1, 1)
        for name, build in {"encoder": encoder, "critic": critic}.items():
            print(f"{name}, batch {batch}")
            with mock.patch("vconv.layers.convolution.StridedConv1D", keras_own):
                plain = build()
            compare(
                {"Conv1D": training_step(plain, frames), "StridedConv1D": training_step(build(), frames)},
                ROUNDS,
                "frames",
                batch,
            )


if __name__ == "__main__":
    main()
