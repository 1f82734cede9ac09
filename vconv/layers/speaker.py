"""The speaker's part of a code: an embedding, merged with the latent by two dense layers."""
import keras


def speaker_embedding(speakers, size, l2, name="speaker_embedding"):
    """Return the network speaker index (int32 [batch]) → embedding (float32 [batch, size]), L2-regularised."""
    index = keras.Input((), dtype="int32", name="speaker")
    table = keras.layers.Embedding(speakers, size, embeddings_regularizer=keras.regularizers.L2(l2), name="embedding")
    return keras.Model(index, table(index), name=name)


class MergeSpeaker(keras.layers.Layer):
    """Sum of a dense layer of the code, a dense layer of the embedding, and a bias of its own.

    The published decoder has all three biases, though one would do; they belong to its parameter count.
    Input: two float32 [batch, …]; output: float32 [batch, units].
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
