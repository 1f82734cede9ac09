"""Matched: what is said, frame by frame, and whose voice → that voice's power and mel-cepstra.

Residual convolutions over time, each scaled and shifted by the target speaker (Perez et al. 2018, arXiv 1709.07871).
The matched frames stand for the parallel recordings that do not exist (Erro, Moreno and Bonafonte 2010, "INCA algorithm
for training voice conversion systems from nonparallel corpora", IEEE TASLP 18(5)).
"""

import keras
from keras import layers, ops

from vconv.adversarial import Tracked, minimise
from vconv.features.cepstra import CONTENT_ORDER, CONTENT_SIZE, SAID_SIZE
from vconv.layers.speaker import SpeakerScaleShift, speaker_embedding
from vconv.models.optimizers import adam


def build(speakers, settings):
    """Return a compiled `Matched`; its learning rate falls along half a cosine from the first step to the last."""
    training = settings["training"]
    steps = training["epochs"] * max(1, training["segments_per_epoch"] // training["batch_size"])
    rate = keras.optimizers.schedules.CosineDecay(training["learning_rate"], steps)
    model = Matched(speakers, settings, name="matched")
    model.compile(optimizer=adam(training, rate), jit_compile=False)
    model.optimizer.build(model.trainable_variables)  # so that a checkpoint restores the slots and the step count
    return model


def converter(network):
    """Return the network (content float32 [batch, T, 27], speaker float32 [batch, size]) → float32 [batch, T, 40]."""
    channels, kernel = network["channels"], network["kernel"]
    content = keras.Input((None, CONTENT_SIZE), name="content")
    speaker = keras.Input((network["speaker_embedding"],), name="speaker")

    def activated(x, name):
        x = layers.LayerNormalization(name=f"{name}_norm")(x)
        x = SpeakerScaleShift(name=f"{name}_speaker")([x, speaker])
        return layers.LeakyReLU(negative_slope=network["slope"], name=f"{name}_leaky_relu")(x)

    x = layers.Conv1D(channels, kernel, padding="same", name="first")(content)
    for number, dilation in enumerate(network["dilations"], 1):
        name = f"residual_{number}"
        step = layers.Conv1D(channels, kernel, padding="same", dilation_rate=dilation, name=f"{name}_conv")
        x = layers.Add(name=f"{name}_add")([x, step(activated(x, name))])
    said = layers.Conv1D(SAID_SIZE, 1, name="said")(activated(x, "last"))
    return keras.Model([content, speaker], said, name="converter")


class Matched(Tracked):
    """Takes (content float32 [batch, T, 27], target speaker int32 [batch]) of rows 10 ms apart.

    Content is that of `vconv.features.cepstra`; returned is what is `said` there, float32 [batch, T, 40], as
    `CepstrumNormalizer` scales it.
    """

    steps_per_frame = {"converter": 1}

    def __init__(self, speakers, settings, **kwargs):
        super().__init__(**kwargs)
        network = settings["network"]
        self.rows_per_step = settings["training"]["batch_size"]
        self.converter = converter(network)
        self.speaker_embedding = speaker_embedding(speakers, network["speaker_embedding"], l2=0.0)
        # From one voice into the other, [target, source]: not learnt here, but found with the pairs.
        shape = speakers, speakers, CONTENT_ORDER + 1, CONTENT_ORDER
        self.maps = self.add_weight(shape, trainable=False, name="maps")
        self.networks = {name: getattr(self, name) for name in ("converter", "speaker_embedding")}
        self.track_terms("loss")
        self.built = True

    def call(self, inputs):
        content, target = inputs
        return self.converter([content, self.speaker_embedding(target)])

    def loss_of(self, batch):
        """Return (loss, terms): the mean squared error, over the rows that something was matched to."""
        inputs, matched, weight = batch
        error = ops.mean(ops.square(self(inputs) - matched), axis=-1)
        loss = ops.sum(error * weight) / ops.maximum(ops.sum(weight), 1.0)  # a batch may be all pause
        return loss, {"loss": loss}

    def train_step(self, batch):
        return self.track(minimise(lambda: self.loss_of(batch), self.trainable_variables, self.optimizer))

    def test_step(self, batch):
        return self.track(self.loss_of(batch)[1])
