"""Speaker conditioning: an embedding, and two layers that combine it with other inputs."""

import keras
import numpy as np


def speaker_embedding(speakers, size, l2, name="speaker_embedding"):
    """Return the network speaker number (int32 [batch]) → embedding (float32 [batch, size]), L2-regularized."""
    index = keras.Input((), dtype="int32", name="speaker")
    table = keras.layers.Embedding(speakers, size, embeddings_regularizer=keras.regularizers.L2(l2), name="embedding")
    return keras.Model(index, table(index), name=name)


def table_of(network):
    """Return the embeddings [speakers, size] of a network that `speaker_embedding` has returned."""
    return np.array(network.get_layer("embedding").embeddings)


class MergeSpeaker(keras.layers.Layer):
    """Sum of a dense layer of the latent, a dense layer of the speaker embedding, and a bias.

    The published decoder has three biases where one would do; they are part of its parameter count.
    Input: (latent, embedding), each float32 [batch, …]; output: float32 [batch, units].
    """

    def __init__(self, units, l2, **kwargs):
        super().__init__(**kwargs)
        self.units = units
        self.l2 = l2
        self.of_code, self.of_speaker = (
            keras.layers.Dense(units, kernel_regularizer=keras.regularizers.L2(l2), name=name)
            for name in ("of_code", "of_speaker")
        )

    def build(self, input_shapes):
        code_shape, speaker_shape = input_shapes
        self.of_code.build(code_shape)
        self.of_speaker.build(speaker_shape)
        self.bias = self.add_weight(shape=(self.units,), initializer="zeros", name="bias")

    def call(self, inputs):
        code, speaker = inputs
        return self.of_code(code) + self.of_speaker(speaker) + self.bias

    def compute_output_shape(self, input_shapes):
        return (input_shapes[0][0], self.units)


class SpeakerScaleShift(keras.layers.Layer):
    """FiLM: scale and shift each channel by dense layers of an embedding, x · (1 + dense₁(e)) + dense₂(e).

    Feature-wise linear modulation (Perez et al. 2018, arXiv 1709.07871).
    Input: (x float32 [batch, T, channels], e float32 [batch, size]); output: float32 [batch, T, channels].
    """

    def build(self, input_shapes):
        x_shape, speaker_shape = input_shapes
        self.scale, self.shift = (keras.layers.Dense(x_shape[-1], name=name) for name in ("scale", "shift"))
        self.scale.build(speaker_shape)
        self.shift.build(speaker_shape)

    def call(self, inputs):
        x, speaker = inputs
        return x * (1 + self.scale(speaker)[:, None]) + self.shift(speaker)[:, None]

    def compute_output_shape(self, input_shapes):
        return input_shapes[0]
