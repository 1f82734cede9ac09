"""VAWGAN: the ConvVAE, whose decoder is also trained against a Wasserstein critic.

Hsu, Hwang, Wu, Tsao & Wang 2017, "Voice conversion from unaligned corpora using variational autoencoding Wasserstein
generative adversarial networks" (arXiv 1704.00849). The paper trains one model for each source and target. Here the
critic is conditioned on the speaker (projection, Miyato & Koyama 2018, arXiv 1802.05637), so that one model serves all
pairs.
"""

import keras
import tensorflow as tf
from keras import ops

from vconv.layers import replicas
from vconv.layers.convolution import convolution_block
from vconv.models import losses
from vconv.models.adversarial import AdversarialModel
from vconv.models.adversarial_settings import check as check_adversarial
from vconv.models.adversarial_settings import check_pair
from vconv.models.constraints import input_gradient
from vconv.models.convvae import ConvVAE
from vconv.models.convvae import upsampling as upsampling  # the decoder is the ConvVAE's
from vconv.models.optimizers import chosen

# Without spectral_normalization, which the critic's normalized layers would cancel.
CONSTRAINTS = ("gradient_penalty", "weight_clipping", "none")
# See `models.check_replicas`. `pair` sorts the whole batch; a loop of `intense_steps` cannot update mirrored variables.
ON_REPLICAS = {"adversarial.pair": False, "adversarial.intense_steps": 0}


def build(bins, speakers, settings):
    """Return a compiled `VAWGAN` with one optimizer for encoder, decoder and embedding, and one for the critic."""
    adversarial = settings["adversarial"]
    check_adversarial(adversarial, "vawgan", CONSTRAINTS)
    model = VAWGAN(bins, speakers, settings, name="vawgan")
    training = settings["training"]
    model.compile(
        *(chosen(training, rate) for rate in (training["learning_rate"], adversarial["critic_learning_rate"]))
    )
    return model


def check(bins, speakers, settings):
    """Raise a VconvError for settings that contradict each other or the number of speakers."""
    check_adversarial(settings["adversarial"], "vawgan", CONSTRAINTS)
    check_pair(settings, speakers)


def critic(bins, speakers, network):
    """Return the network (frame float32 [batch, bins], speaker int32 [batch]) → score float32 [batch].

    Without conditioning, the critic ignores the speaker and has the published 240,769 parameters at 513 bins. With it,
    ⟨features, embedding of the speaker⟩ is added to the score.
    """
    frame, speaker = keras.Input((bins,), name="frame"), keras.Input((), dtype="int32", name="speaker")
    x = keras.layers.Reshape((bins, 1))(frame)
    for number, (channels, kernel) in enumerate(
        zip(network["critic_channels"], network["critic_kernels"], strict=True), 1
    ):
        x = convolution_block(x, channels, kernel, network["critic_stride"], network["slope"], f"critic_{number}")
    features = keras.layers.Flatten()(x)
    score = keras.layers.Dense(1, name="score")(features)[:, 0]
    if network["critic_conditioned"]:
        direction = keras.layers.Embedding(speakers, features.shape[-1], "zeros", name="projection")(speaker)
        score = score + ops.sum(features * direction, axis=-1)
    else:  # Keras 3.12 refuses an input without effect on the output
        score = score + 0.0 * ops.cast(speaker, score.dtype)
    return keras.Model([frame, speaker], score, name="critic")


class VAWGAN(AdversarialModel, ConvVAE):
    """ConvVAE and critic.

    Example i of a batch is a real frame of speaker sᵢ. Its fakes are its reconstruction, and the latent of example
    i + 1 decoded with sᵢ. So the real and the fake frames of an example have the same speaker, and all pairs of
    speakers occur.

    With the setting `pair` there are two speakers, source and target. The critic gets as many real frames of the target
    as conversions of the source.
    """

    def __init__(self, bins, speakers, settings, **kwargs):
        super().__init__(bins, speakers, settings, **kwargs)
        self.settings = settings["adversarial"]
        self.objective = losses.OBJECTIVES[self.settings["objective"]]
        self.ema_decay = self.settings["ema_decay"]
        self.critic_steps, self.intense_steps = self.settings["critic_steps"], self.settings["intense_steps"]
        self.examples_per_step *= self.critic_steps
        self.critic = critic(bins, speakers, settings["network"])
        self.networks["critic"] = self.critic
        self.track_terms("loss", "reconstruction", "kl", "l2", "adversarial", "critic_loss", "distance", "penalty")

    @property
    def generator_variables(self):
        """The variables of encoder, decoder and embedding, which the generator's optimizer updates."""
        return [
            variable for name, net in self.networks.items() if name != "critic" for variable in net.trainable_variables
        ]

    @property
    def critic_variables(self):
        """The variables that the critic's optimizer updates."""
        return self.critic.trainable_variables

    def code_of_fakes(self, z_mean, z):
        """Return the mean of the latent or its sample `z`, as the setting `fakes_of` says."""
        return z_mean if self.settings["fakes_of"] == "mean" else z

    def compared(self, frame, z, speaker):
        """Return what the critic compares: real frames [n, bins], their speakers [n], and the fakes of these speakers.

        The fakes are a list of float32 [n, bins], in the order of the setting `fakes`. n is the size of the batch; with
        `pair` it is the number of its frames of the speaker who has fewer, but at least 1.
        """
        codes = {"reconstruction": z, "conversion": replicas.roll(z, -1)}
        if self.settings["pair"]:
            order, of_target = ops.argsort(speaker), ops.sum(speaker)  # frames of the source, then those of the target
            rows = tf.shape(speaker)[0]
            count = ops.maximum(ops.minimum(of_target, rows - of_target), 1)
            source, target = order[:count], order[rows - count :]
            codes = {"reconstruction": tf.gather(z, target), "conversion": tf.gather(z, source)}
            frame, speaker = tf.gather(frame, target), tf.ones(count, "int32")
        kinds = self.settings["fakes"]
        fakes = self.decode(ops.concatenate([codes[kind] for kind in kinds]), ops.tile(speaker, len(kinds)))
        return frame, speaker, ops.split(fakes, len(kinds))

    def scores(self, frames, speaker):
        """Return the scores [k, n] of k lists of frames [n, bins], whose speakers are `speaker` [n]."""
        scores = self.critic([ops.concatenate(frames), ops.tile(speaker, len(frames))])
        return ops.reshape(scores, (len(frames), -1))

    def begin_epoch(self, epoch):
        """Begin adversarial training after the warm-up."""
        self.set_adversarial(epoch >= self.settings["warm_up_epochs"])

    def warm_up_loss(self, batch):
        """Return (loss, terms) of the warm-up: the VAE's loss."""
        return self.vae_loss(batch, self.optimizer.iterations)[:2]

    def examples(self, batch):
        """Return frames and their reconstructions."""
        return batch[0], self(batch)

    def generator_loss(self, batch):
        """Return (loss, terms): the VAE's loss + α · the objective's loss of the fakes.

        The objective's loss trains decoder and embedding, not the encoder. In the Wasserstein objective it is the
        negative mean score of the fakes.
        """
        loss, terms, z, z_mean = self.vae_loss(batch, self.optimizer.iterations)
        _, speaker, fakes = self.compared(batch[0], ops.stop_gradient(self.code_of_fakes(z_mean, z)), batch[1])
        terms["adversarial"] = self.objective.generator(self.scores(fakes, speaker))
        terms["loss"] = loss + self.settings["alpha"] * terms["adversarial"]
        return terms["loss"], terms

    def critic_loss(self, batch):
        """Return (loss, terms): the objective's loss, + λ · gradient penalty if the settings ask for it.

        In the Wasserstein objective it is mean score of fakes − mean score of real frames (arXiv 1704.00028, equation
        3).
        """
        frame, speaker = batch
        step = self.critic_optimizer.iterations
        z_mean, _, z = self.encode(frame, step)
        frame, speaker, fakes = self.compared(frame, self.code_of_fakes(z_mean, z), speaker)
        scores = self.scores([frame, *fakes], speaker)
        loss, metrics = self.objective_of(scores[0], scores[1:])
        loss, penalty = self.penalized(loss, lambda: self.gradient_between(frame, fakes, speaker, step))
        return loss, {"critic_loss": loss, "distance": metrics["gap"], **metrics, **penalty}

    def gradient_between(self, frame, fakes, speaker, step):
        """Return the gradient of the score at a random point between each real frame and one of its fakes."""
        return input_gradient(lambda x: self.critic([x, speaker]), self.interpolate(frame, fakes, step))

    def interpolate(self, frame, fakes, step):
        """Return a random point between each real frame and one of its fakes, chosen at random."""
        count = ops.shape(frame)[0]
        seed = [self.seed + 1, ops.cast(step, "int32")]
        draw = replicas.part(tf.random.stateless_uniform((2, count * replicas.count(), 1), seed), axis=1)
        chosen = ops.cast(ops.floor(draw[0, :, 0] * len(fakes)), "int32")
        fake = ops.sum(ops.stack(fakes, 1) * ops.one_hot(chosen, len(fakes))[..., None], axis=1)
        return frame + draw[1] * (fake - frame)
