"""Compare two ways to treat real and imaginary part of a constant-Q transform: channels, or an axis of 3-D kernels.

    vconv extract --corpus recipes/spectrogram-gan/corpus.yaml --output recipes/spectrogram-gan/dump/features.h5
    python benchmarks/cqt_channels.py recipes/spectrogram-gan/dump/features.h5 FOLDER

Patches of 84 bins (seven octaves) × 32 frames, 300 updates of the generator with 32 patches each. All other settings
are equal. The kernels of the 3-D networks span both parts. See `sample_trainings.py`.
"""

import math
from unittest import mock

import keras
from keras import layers
from sample_trainings import Task, main

from vconv.layers.dropout import SeededDropout
from vconv.models import dcgan
from vconv.models.dcgan_networks import upsampling_stack

TASK = [
    "spectrogram.kind=cqt",
    "spectrogram.height=84",
    "spectrogram.width=32",
    "spectrogram.bins_per_octave=12",
    "spectrogram.low_hz=32.703",
    "network.start_channels=64",
    "network.upsampling_channels=[32,16]",
    "network.height_kernels=[6,4,4]",
    "network.width_kernels=[4,4,4]",
    "network.height_strides=[3,2,2]",
    "network.width_strides=[2,2,2]",
    "network.critic_channels=[24,48,96]",
    "network.critic_strides=[2,2,2]",
    "training.batch_size=32",
]


def deep_generator(shape, network, grows=False):
    """Return the generator of `dcgan` with the two parts as the first axis of 3-D transposed convolutions."""
    z = keras.Input((network["latent"],))
    start, stack = upsampling_stack(shape, network)
    parts = shape[-1]
    x = layers.Dense(parts * math.prod(start) * network["start_channels"], use_bias=False)(z)
    x = layers.LeakyReLU(network["slope"])(layers.BatchNormalization()(x))
    x = layers.Reshape((parts, *start, network["start_channels"]))(x)
    for layer, channels in zip(stack, [*network["upsampling_channels"], 1], strict=True):
        sizes = (parts, *layer.kernel), (1, *layer.stride)
        x = layers.Conv3DTranspose(channels, *sizes, padding="same", use_bias=False)(x)
        if channels > 1:
            x = layers.LeakyReLU(network["slope"])(layers.BatchNormalization()(x))
    x = layers.Activation("tanh")(layers.Permute((2, 3, 1, 4))(x))
    return keras.Model(z, layers.Reshape(shape)(x), name="generator")


def deep_critic(shape, network):
    """Return the critic of `dcgan` with 3-D convolutions."""
    patch, seed = keras.Input(shape), keras.Input(batch_shape=(2,), dtype="int32")
    x = layers.Permute((3, 1, 2, 4))(layers.Reshape((*shape, 1))(patch))
    sizes = (network[f"critic_{kind}"] for kind in ("channels", "kernels", "strides"))
    for number, (channels, kernel, stride) in enumerate(zip(*sizes, strict=True), 1):
        x = layers.Conv3D(channels, (shape[-1], kernel, kernel), (1, stride, stride), padding="same")(x)
        x = layers.LeakyReLU(network["slope"])(layers.BatchNormalization()(x))
        if number > 1:
            x = SeededDropout(network["critic_dropout"], number)([x, seed])
    x = layers.Conv3D(1, x.shape[1:4], name="score")(x)
    return keras.Model([patch, seed], layers.Reshape(())(x), name="critic")


DEEP = "3-D convolutions, the parts an axis"
if __name__ == "__main__":
    main(
        Task(
            TASK,
            {"2-D convolutions, the parts channels": [], DEEP: []},
            epochs=5,
            updates=60,
            samples=500,
            around={DEEP: mock.patch.multiple(dcgan, generator=deep_generator, critic=deep_critic)},
        ),
        __doc__.splitlines()[0],
    )
