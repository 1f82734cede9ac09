"""matched: INCA-style frame alignment + a dilated convolutional network with FiLM speaker conditioning.

`vconv match` aligns frames of speakers who read different sentences (Erro, Moreno and Bonafonte 2010, "INCA algorithm
for training voice conversion systems from nonparallel corpora", IEEE TASLP 18(5)); the matched frames take the place of
parallel recordings. The network maps the content of an utterance to the target speaker's acoustic features by residual
convolutions over time. The target speaker scales and shifts each layer (FiLM: Perez et al. 2018, arXiv 1709.07871).

Some matched frames are of another sound, and their mean blurs differences between sounds. Therefore a second pass
converts the prediction to a third speaker and compares the result with the recording converted to that speaker
directly. This is a cycle (Kaneko and Kameoka 2018, "CycleGAN-VC", EUSIPCO) that ends at a third speaker instead of the
source, so that properties of the source's voice and room have no influence.
"""

import keras
from keras import layers, ops

from vconv.common.errors import VconvError
from vconv.layers import replicas
from vconv.layers.speaker import SpeakerScaleShift, speaker_embedding
from vconv.models.loss_tracking import LossTrackingModel, minimize
from vconv.models.optimizers import adam
from vconv.models.receptive_field import paddings

ON_REPLICAS = {}  # see `models.check_replicas`


def build(speakers, content_size, acoustic_size, settings):
    """Return a compiled `Matched`; its learning rate falls along half a cosine from the first step to the last.

    Parameters
    ----------
    speakers, content_size, acoustic_size : int
        S, the number of speakers; C and A, the numbers of content and of acoustic features of a frame.
    settings : dict
    """
    training = settings["training"]
    steps = training["epochs"] * max(1, training["segments_per_epoch"] // training["batch_size"])
    rate = keras.optimizers.schedules.CosineDecay(training["learning_rate"], steps)
    model = Matched(speakers, content_size, acoustic_size, settings, name="matched")
    model.compile(optimizer=adam(training, rate), jit_compile=False)
    model.optimizer.build(model.trainable_variables)  # so that a checkpoint restores the optimizer's state
    return model


def converter(content_size, acoustic_size, network):
    """Return the network (content float32 [batch, T, C], speaker float32 [batch, E]) → float32 [batch, T, A]."""
    content = keras.Input((None, content_size), name="content")
    speaker = keras.Input((network["speaker_embedding"],), name="speaker")

    def activated(x, name):
        x = layers.LayerNormalization(name=f"{name}_norm")(x)
        x = SpeakerScaleShift(name=f"{name}_speaker")([x, speaker])
        return layers.LeakyReLU(negative_slope=network["slope"], name=f"{name}_leaky_relu")(x)

    first, *residual = paddings(network)
    x = _convolution(network, 1, first, "first")(content)
    for number, (dilation, padding) in enumerate(zip(network["dilations"], residual, strict=True), 1):
        name = f"residual_{number}"
        step = _convolution(network, dilation, padding, f"{name}_conv")
        x = layers.Add(name=f"{name}_add")([x, step(activated(x, name))])
    acoustic = layers.Conv1D(acoustic_size, 1, name="acoustic")(activated(x, "last"))
    return keras.Model([content, speaker], acoustic, name="converter")


def _convolution(network, dilation, padding, name):
    """Return x [batch, T, …] → [batch, T, channels], a convolution over time with zero `padding` (before, after)."""
    before, after = padding
    same = after - before in (0, 1)  # Keras pads so by itself
    convolution = layers.Conv1D(
        network["channels"],
        network["kernel"],
        padding="same" if same else "valid",
        dilation_rate=dilation,
        name=name,
    )
    if same:
        return convolution
    zeros = layers.ZeroPadding1D(padding, name=f"{name}_padding")
    return lambda x: convolution(zeros(x))


def content_of(rule, predicted, content, speaker):
    """Return the content [batch, T, C] of predicted acoustic features.

    Pauses, and the columns that do not follow from acoustic features, are taken from `content`.

    Parameters
    ----------
    rule : vconv.features.content.interface.ContentFromAcoustic
    predicted : Tensor [batch, T, A]
    content : Tensor [batch, T, C]
        Of the source.
    speaker : Tensor [batch], int32
        Whose features were predicted; a row of `rule.scale`.
    """
    scale = ops.take(ops.convert_to_tensor(rule.scale), speaker, axis=0)[:, None]
    columns = ops.concatenate([predicted[..., part] for part in rule.acoustic], axis=-1) * scale
    columns = ops.concatenate([columns, content[..., scale.shape[-1] :]], axis=-1)
    return ops.where(content[..., rule.mask_column : rule.mask_column + 1] > rule.mask_threshold, columns, content)


class Matched(LossTrackingModel):
    """Maps (content float32 [batch, T, C], target speaker int32 [batch]) to acoustic features float32 [batch, T, A].

    Frames have a hop of 10 ms; acoustic features are normalized (`vconv.features.normalizers.AcousticNormalizer`). The
    consistency loss needs a rule that turns predictions into content, see `set_content_rule`.
    """

    steps_per_frame = {"converter": 1}

    def __init__(self, speakers, content_size, acoustic_size, settings, **kwargs):
        super().__init__(**kwargs)
        network = settings["network"]
        self.examples_per_step = settings["training"]["batch_size"]
        self.converter = converter(content_size, acoustic_size, network)
        self.speaker_embedding = speaker_embedding(speakers, network["speaker_embedding"], l2=0.0)
        self.networks = {name: getattr(self, name) for name in ("converter", "speaker_embedding")}
        self.consistency, self.content_rule = settings["training"]["consistency"], None
        self.track_terms("loss", "matched", "consistency")
        self.built = True

    def set_content_rule(self, rule):
        """Set the rule by which predicted acoustic features replace columns of the content.

        Parameters
        ----------
        rule : vconv.features.content.interface.ContentFromAcoustic or None

        Raises
        ------
        VconvError
            The rule is None, and the settings ask for the consistency loss.
        """
        if rule is None and self.consistency:
            raise VconvError(
                "matched: training.consistency needs a content that can be computed from acoustic features, and the "
                "content of these features cannot; give --set training.consistency=0"
            )
        self.content_rule = rule

    def call(self, inputs):
        content, target = inputs
        return self.converter([content, self.speaker_embedding(target)])

    def conversion_network(self):
        """Return the network (content float32 [batch, T, C], speaker embedding [batch, E]) → float32 [batch, T, A]."""
        return self.converter

    def loss_of(self, batch):
        """Return (loss, terms): mean squared errors over the frames that have matched frames.

        - matched: between the prediction and the matched frames
        - consistency: between the prediction, converted to a third speaker, and the recording converted to that speaker
          directly. The third speaker is the target of the previous example of the batch. The second pass runs with
          frozen weights, so the network cannot hide information in its own output.
        """
        (content, target), matched, weight = batch
        predicted = self((content, target))
        terms = {"matched": mean_square(predicted - matched, weight)}
        if self.consistency:
            third = replicas.roll(target, 1)
            direct = ops.stop_gradient(self((content, third)))
            again = self._convert_frozen(content_of(self.content_rule, predicted, content, target), third)
            terms["consistency"] = mean_square(again - direct, ops.cast(weight > 0, "float32"))
        loss = terms["matched"] + self.consistency * terms.get("consistency", 0.0)
        return loss, {"loss": loss, **terms}

    def _convert_frozen(self, content, target):
        """Convert as `call` does, without a gradient with respect to the weights."""
        speaker = ops.stop_gradient(self.speaker_embedding(target))
        weights = [ops.stop_gradient(variable) for variable in self.converter.trainable_variables]
        return self.converter.stateless_call(weights, [], [content, speaker])[0]

    def train_step(self, batch):
        return self.track(minimize(lambda: self.loss_of(batch), self.trainable_variables, self.optimizer))

    def test_step(self, batch):
        return self.track(self.loss_of(batch)[1])


def mean_square(error, weight):
    """Return the mean of error² [batch, T, A] over features and, by weight [batch, T], over frames."""
    squared = ops.mean(ops.square(error), axis=-1)
    # The mean over replicas of the result is the mean over the whole batch, which may be all pause.
    weights = ops.maximum(replicas.mean(ops.sum(weight)), 1.0 / replicas.count())
    return ops.sum(squared * weight) / weights
