"""Time the training of `convvae` against the same network of plain Keras layers, both by `fit`.

    python benchmarks/train_convvae.py

Every alternative trains on the same random frames from memory, by `fit`; compiling is left out.
"""

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

from unittest import mock

import keras
import numpy as np
from side_by_side import compare
from strided_convolution import keras_own

from vconv import models
from vconv.models import convvae

BINS, SPEAKERS, ROUNDS, FRAMES = 513, 10, 3, 1280


def plain_convolution(filters, kernel_size, name):
    return keras.layers.Conv1D(filters, kernel_size, padding="same", name=name)


def plain_norm(name):
    return keras.layers.GroupNormalization(groups=1, epsilon=1e-5, name=name)


def plain_model(name="convvae", changes=None):
    """Return `convvae`, or `vawgan`, with changed settings, built of Keras layers only."""
    with (
        mock.patch.object(convvae, "FourierConv1D", plain_convolution),
        mock.patch("vconv.layers.convolution.LayerNorm", plain_norm),
        mock.patch("vconv.layers.convolution.StridedConv1D", keras_own),
    ):
        return models.build(name, models.settings(name, changes), bins=BINS, speakers=SPEAKERS)


def trainer(model, batch_size, jit_compile=False):
    """Return a function that fits `model` to FRAMES frames, compiled already."""
    random = np.random.default_rng(0)
    x = random.uniform(-1, 1, (FRAMES, BINS)).astype("float32")
    speaker = random.integers(0, SPEAKERS, FRAMES).astype("int32")
    model.compile(optimizer=keras.optimizers.Adam(1e-4), jit_compile=jit_compile)
    model.optimizer.build(model.trainable_variables)

    def batches():
        import tensorflow as tf

        return tf.data.Dataset.from_tensor_slices((x, speaker)).batch(batch_size, drop_remainder=True).prefetch(4)

    data = batches()
    model.fit(data.take(2), verbose=0)
    return lambda: model.fit(data, verbose=0)


def ours():
    return models.build("convvae", models.settings("convvae"), bins=BINS, speakers=SPEAKERS)


def main():
    assert sum(net.count_params() for net in plain_model().networks.values()) == 939_162
    print("batch 16")
    compare(
        {
            "plain Keras layers": trainer(plain_model(), 16),
            "plain Keras layers, XLA": trainer(plain_model(), 16, True),
            "vconv": trainer(ours(), 16),
        },
        ROUNDS,
        "frames",
        FRAMES,
    )
    print("batch 128")
    compare(
        {"plain Keras layers": trainer(plain_model(), 128), "vconv": trainer(ours(), 128)}, ROUNDS, "frames", FRAMES
    )


if __name__ == "__main__":
    main()
