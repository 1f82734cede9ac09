"""VAWGAN: the ConvVAE whose decoder also learns from a Wasserstein critic, between any speakers.

Hsu, Hwang, Wu, Tsao & Wang 2017, "Voice conversion from unaligned corpora using variational autoencoding Wasserstein
generative adversarial networks" (arXiv 1704.00849). The paper trains one source and one target; here the critic is told
the speaker (projection, Miyato & Koyama 2018, arXiv 1802.05637) and one model serves all pairs.
"""

import keras
import tensorflow as tf
from keras import ops

from vconv.layers.convolution import convolution_block
from vconv.layers.sampling import sample_code
from vconv.models import losses
from vconv.models.adversarial import AdversarialModel, check, input_gradient
from vconv.models.convvae import ConvVAE
from vconv.models.convvae import upsampling as upsampling  # the decoder is the ConvVAE's
from vconv.models.optimizers import adam

# Its normalized layers would undo spectral normalization.
CONSTRAINTS = ("gradient_penalty", "weight_clipping", "none")


def build(bins, speakers, settings):
    """Return a compiled `VAWGAN` with one Adam for encoder, decoder and embedding and one for the critic."""
    adversarial = settings["adversarial"]
    check(adversarial, "vawgan", CONSTRAINTS)
    model = VAWGAN(bins, speakers, settings, name="vawgan")
    training = settings["training"]
    model.compile(*(adam(training, rate) for rate in (training["learning_rate"], adversarial["critic_learning_rate"])))
    return model


def critic(bins, speakers, network):
    """Return the network (frame float32 [batch, bins], speaker int32 [batch]) → score float32 [batch].

    The unconditioned critic ignores the speaker and has the published 240,769 parameters at 513 bins; the conditioned
    one adds ⟨features, embedding of the speaker⟩ to the score.
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
    else:  # Keras 3.12 refuses an input that leads nowhere
        score = score + 0.0 * ops.cast(speaker, score.dtype)
    return keras.Model([frame, speaker], score, name="critic")


class VAWGAN(AdversarialModel, ConvVAE):
    """ConvVAE and critic.

    Row i of a batch is a real frame of speaker sᵢ. Its fakes are its own reconstruction and the next row's code decoded
    as sᵢ, so that real and fake frames of one row share the speaker and every pair of speakers meets.
    """

    def __init__(self, bins, speakers, settings, **kwargs):
        super().__init__(bins, speakers, settings, **kwargs)
        self.settings = settings["adversarial"]
        self.objective = losses.OBJECTIVES[self.settings["objective"]]
        self.ema_decay = self.settings["ema_decay"]
        self.critic_steps = self.settings["critic_steps"]
        self.rows_per_step *= self.critic_steps
        self.critic = critic(bins, speakers, settings["network"])
        self.networks["critic"] = self.critic
        self.track_terms("loss", "reconstruction", "kl", "l2", "adversarial", "critic_loss", "distance", "penalty")

    @property
    def generator_variables(self):
        """Encoder, decoder and embedding: what the generator's optimizer updates."""
        return [
            variable for name, net in self.networks.items() if name != "critic" for variable in net.trainable_variables
        ]

    @property
    def critic_variables(self):
        """What the critic's optimizer updates."""
        return self.critic.trainable_variables

    def fakes(self, z, speaker):
        """Return the frames shown to the critic as fakes, each float32 [batch, bins], in the order of the settings."""
        codes = {"reconstruction": z, "conversion": ops.roll(z, -1, axis=0)}
        return [self.decode(codes[kind], speaker) for kind in self.settings["fakes"]]

    def begin_epoch(self, epoch):
        """Let the critic join after the warm-up."""
        self.set_adversarial(epoch >= self.settings["warm_up_epochs"])

    def warm_up_loss(self, batch):
        """The VAE's loss, before the critic joins."""
        return self.vae_loss(batch, self.optimizer.iterations)[:2]

    def examples(self, batch):
        """Return frames and their reconstructions."""
        return batch[0], self(batch)

    def generator_loss(self, batch):
        """The VAE's loss + α · the objective's loss of the fakes, which trains decoder and embedding, not the encoder.

        In the Wasserstein objective that is − mean critic score of the fakes.
        """
        loss, terms, z = self.vae_loss(batch, self.optimizer.iterations)
        scores = [self.critic([fake, batch[1]]) for fake in self.fakes(ops.stop_gradient(z), batch[1])]
        terms["adversarial"] = self.objective.generator(ops.stack(scores))
        terms["loss"] = loss + self.settings["alpha"] * terms["adversarial"]
        return terms["loss"], terms

    def critic_loss(self, batch):
        """The objective's loss, with or without λ · gradient penalty.

        In the Wasserstein objective: mean score of fakes − of real frames (arXiv 1704.00028, equation 3).
        """
        frame, speaker = batch
        step = self.critic_optimizer.iterations
        z_mean, z_log_variance = self.encoder(frame)
        z = sample_code(z_mean, z_log_variance, self.noise(step, ops.shape(frame)[0]))
        fakes = self.fakes(z, speaker)
        scores = [self.critic([fake, speaker]) for fake in fakes]
        loss, metrics = self.objective_of(self.critic([frame, speaker]), ops.stack(scores))
        loss, penalty = self.penalized(loss, lambda: self.gradient_between(frame, fakes, speaker, step))
        return loss, {"critic_loss": loss, "distance": metrics["gap"], **metrics, **penalty}

    def gradient_between(self, frame, fakes, speaker, step):
        """Return the gradient of the score at a random point between each real frame and one of its fakes."""
        return input_gradient(lambda x: self.critic([x, speaker]), self.interpolate(frame, fakes, step))

    def interpolate(self, frame, fakes, step):
        """Return a random point between each real frame and one of its fakes, chosen at random."""
        rows = ops.shape(frame)[0]
        draw = tf.random.stateless_uniform((2, rows, 1), [self.seed + 1, ops.cast(step, "int32")])
        chosen = ops.cast(ops.floor(draw[0, :, 0] * len(fakes)), "int32")
        fake = ops.sum(ops.stack(fakes, 1) * ops.one_hot(chosen, len(fakes))[..., None], axis=1)
        return frame + draw[1] * (fake - frame)
