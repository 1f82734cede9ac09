"""Matched: what is said, frame by frame, and whose voice → that voice's power and mel-cepstra.

Residual convolutions over time, each scaled and shifted by the target speaker (Perez et al. 2018, arXiv 1709.07871).
The matched frames stand for the parallel recordings that do not exist (Erro, Moreno and Bonafonte 2010, "INCA algorithm
for training voice conversion systems from nonparallel corpora", IEEE TASLP 18(5)).

Some of them are wrong, and their mean makes sounds alike that are not. So what is said is also converted once more, and
there has to say what the recording says: a cycle (Kaneko and Kameoka 2018, "CycleGAN-VC", EUSIPCO) that ends in a third
voice in place of the source's, where the room and the habits of the source count for nothing.
"""

import keras
import numpy as np
from keras import layers, ops

from vconv.features.cepstra import ACOUSTIC_SIZE, CONTENT_ORDER, CONTENT_SIZE, SHAPE
from vconv.layers.speaker import SpeakerScaleShift, speaker_embedding
from vconv.models.adversarial import LossTrackingModel, minimize
from vconv.models.optimizers import adam

PAUSE = -2.5  # of power in `content`: 20 dB below what is spoken, about where `vconv.features.cepstra.active` ends


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
    said = layers.Conv1D(ACOUSTIC_SIZE, 1, name="said")(activated(x, "last"))
    return keras.Model([content, speaker], said, name="converter")


class Matched(LossTrackingModel):
    """Takes (content float32 [batch, T, 27], target speaker int32 [batch]) of rows 10 ms apart.

    Content is that of `vconv.features.cepstra`; returned is what is `said` there, float32 [batch, T, 40], as
    `CepstrumNormalizer` scales it. To be trained it needs that normalizer's `to_content` as `scale`.
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
        self.consistency = settings["training"]["consistency"]
        self.scale = np.ones((speakers, CONTENT_ORDER + 1), np.float32)
        self.track_terms("loss", "matched", "consistency")
        self.built = True

    def call(self, inputs):
        content, target = inputs
        return self.converter([content, self.speaker_embedding(target)])

    def loss_of(self, batch):
        """Return (loss, terms): mean squared errors, over the rows that something was matched to.

        matched: from what was matched; consistency: what is said, converted once more, from the recording converted
        there at once. That third voice is the one the batch's row before is converted to. The second conversion only
        listens: its weights learn nothing here, or they would learn to read what no ear hears.
        """
        (content, target), matched, weight = batch
        said = self((content, target))
        terms = {"matched": _mean(said - matched, weight)}
        if self.consistency:
            third = ops.roll(target, 1)
            wanted = ops.stop_gradient(self((content, third)))
            again = self._listen(self.content_of(said, content, target), third)
            terms["consistency"] = _mean(again - wanted, ops.cast(weight > 0, "float32"))
        loss = terms["matched"] + self.consistency * terms.get("consistency", 0.0)
        return loss, {"loss": loss, **terms}

    def content_of(self, said, content, target):
        """Return the content [batch, T, 27] of what is said of a `content`: its pauses, voicing, aperiodicity stay."""
        scale = ops.take(ops.convert_to_tensor(self.scale), target, axis=0)[:, None]
        heard = ops.concatenate([said[..., SHAPE], said[..., :1]], axis=-1) * scale
        heard = ops.concatenate([heard, content[..., CONTENT_ORDER + 1 :]], axis=-1)
        return ops.where(content[..., CONTENT_ORDER : CONTENT_ORDER + 1] > PAUSE, heard, content)

    def _listen(self, content, target):
        """Return what `call` does, with weights that are constants."""
        speaker = ops.stop_gradient(self.speaker_embedding(target))
        weights = [ops.stop_gradient(variable) for variable in self.converter.trainable_variables]
        return self.converter.stateless_call(weights, [], [content, speaker])[0]

    def train_step(self, batch):
        return self.track(minimize(lambda: self.loss_of(batch), self.trainable_variables, self.optimizer))

    def test_step(self, batch):
        return self.track(self.loss_of(batch)[1])


def _mean(error, weight):
    """Return the mean of error² [batch, T, 40] over what is said and, by weight [batch, T], over rows."""
    squared = ops.mean(ops.square(error), axis=-1)
    return ops.sum(squared * weight) / ops.maximum(ops.sum(weight), 1.0)  # a batch may be all pause
