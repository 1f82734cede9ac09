"""ConvVAE: variational autoencoder of single frames of the spectrum, conditioned on the speaker.

Hsu, Hwang, Wu, Tsao & Wang 2016, "Voice conversion from non-parallel corpora using variational auto-encoder"
(arXiv 1610.04019), with the convolutional networks of the authors' published code. The latent does not depend on the
speaker; decoding it with another speaker's embedding converts the frame.
"""

import keras
import tensorflow as tf
from keras import ops

from vconv.layers import replicas
from vconv.layers.convolution import FourierConv1D, convolution_block, transposed_convolution_block
from vconv.layers.sampling import sample_code
from vconv.layers.speaker import MergeSpeaker, speaker_embedding
from vconv.layers.upsampling import Upsampling
from vconv.models import losses
from vconv.models.loss_tracking import LossTrackingModel, minimize
from vconv.models.optimizers import chosen

ON_REPLICAS = {}  # see `models.check_replicas`


def build(bins, speakers, settings):
    """Return a `ConvVAE` for so many bins and speakers, compiled."""
    model = ConvVAE(bins, speakers, settings, name="convvae")
    training = settings["training"]
    model.compile(optimizer=chosen(training, training["learning_rate"]), jit_compile=False)
    model.optimizer.build(model.trainable_variables)  # so that a checkpoint restores the optimizer's state
    return model


def encoder(bins, network):
    """Return the network frame float32 [batch, bins] → (z_mean, z_log_variance), each float32 [batch, latent]."""
    frame = keras.Input((bins,), name="frame")
    x = keras.layers.Reshape((bins, 1))(frame)
    sizes = zip(network["encoder_channels"], network["encoder_kernels"], strict=True)
    for number, (channels, kernel) in enumerate(sizes, 1):
        x = convolution_block(x, channels, kernel, network["encoder_stride"], network["slope"], f"encoder_{number}")
    x = keras.layers.Flatten()(x)
    code = [keras.layers.Dense(network["latent"], name=name)(x) for name in ("z_mean", "z_log_variance")]
    return keras.Model(frame, code, name="encoder")


def upsampling(settings):
    """Return (start sizes, layers) of the decoder for 513 bins (16 kHz), for `vconv inspect-upsampling`."""
    return decoder_stack(513, settings["network"])


def decoder_stack(bins, network):
    """Return the start sizes and the list of `Upsampling` of a decoder whose output has `bins` bins or a few more."""
    kernels, stride = network["decoder_kernels"], network["decoder_stride"]
    stack = [Upsampling(f"decoder_{number}", (kernel,), (stride,)) for number, kernel in enumerate(kernels, 1)]
    return (-(-bins // stride ** len(stack)),), stack


def decoder(bins, network):
    """Return the network (z, speaker embedding), each float32 [batch, latent] → frame float32 [batch, bins]."""
    z, speaker = (keras.Input((network["latent"],), name=name) for name in ("z", "speaker"))
    (height,), stack = decoder_stack(bins, network)
    channels = network["decoder_start_channels"]
    x = MergeSpeaker(height * channels, network["l2"], name="merge_speaker")([z, speaker])
    x = keras.layers.Reshape((height, channels))(x)
    for layer, channels in zip(stack, network["decoder_channels"], strict=True):
        x = transposed_convolution_block(x, channels, layer.kernel, layer.stride, network["slope"], layer.name)
    if x.shape[1] > bins:  # a few bins too many, because the strides do not divide `bins`
        x = x[:, :bins]
    x = FourierConv1D(1, 2 * bins - 1, name="decoder_last")(x)
    return keras.Model([z, speaker], keras.layers.Reshape((bins,))(x), name="decoder")


class ConvVAE(LossTrackingModel):
    """Encoder, decoder and speaker embedding, trained on single frames of all speakers.

    Input: (frame float32 [batch, bins] in [−1, 1], speaker int32 [batch]); output: the frame converted to that speaker,
    float32 [batch, bins], decoded from the mean of the latent. Training noise depends on (seed, step) only, so that a
    resumed training repeats it.
    """

    def __init__(self, bins, speakers, settings, **kwargs):
        super().__init__(**kwargs)
        network = settings["network"]
        self.seed = settings["training"]["seed"]
        self.examples_per_step = settings["training"]["batch_size"]
        self.encoder = encoder(bins, network)
        self.decoder = decoder(bins, network)
        self.speaker_embedding = speaker_embedding(speakers, network["latent"], network["l2"])
        self.networks = {name: getattr(self, name) for name in ("encoder", "decoder", "speaker_embedding")}
        self.track_terms("loss", "reconstruction", "kl", "l2")
        self.built = True

    def call(self, inputs):
        frame, speaker = inputs
        return self.converted(frame, self.speaker_embedding(speaker))

    def converted(self, frame, embedding):
        """Return frames float32 [batch, bins] converted to speakers with embeddings float32 [batch, latent]."""
        return self.decoder([self.encoder(frame)[0], embedding])

    def conversion_network(self):
        """Return the network (frame float32 [batch, bins], speaker embedding [batch, latent]) → converted frame."""
        frame = keras.Input(self.encoder.input_shape[1:], name="frame")
        speaker = keras.Input(self.decoder.input_shape[1][1:], name="speaker")
        return keras.Model([frame, speaker], self.converted(frame, speaker), name=self.name)

    def decode(self, z, speaker):
        """Decode latents `z` float32 [batch, latent] for speakers int32 [batch] to frames float32 [batch, bins]."""
        return self.decoder([z, self.speaker_embedding(speaker)])

    def noise(self, step, count):
        """Return standard normal noise float32 [count, latent] that depends on seed, `step` and replica only."""
        shape = (count * replicas.count(), self.encoder.outputs[0].shape[-1])
        return replicas.part(tf.random.stateless_normal(shape, [self.seed, ops.cast(step, "int32")]))

    def encode(self, frame, step):
        """Return mean, log variance and a sample of the latent, each float32 [batch, latent]."""
        z_mean, z_log_variance = self.encoder(frame)
        return z_mean, z_log_variance, sample_code(z_mean, z_log_variance, self.noise(step, ops.shape(frame)[0]))

    def vae_loss(self, batch, step):
        """Return (loss, terms, z, z_mean): the negative evidence lower bound of a frame, in nats, plus the L2 terms."""
        frame, speaker = batch
        z_mean, z_log_variance, z = self.encode(frame, step)
        terms = {
            "reconstruction": ops.mean(losses.gaussian_nll(frame, self.decode(z, speaker))),
            "kl": ops.mean(losses.gaussian_kl(z_mean, z_log_variance)),
            "l2": sum(self.speaker_embedding.losses) + sum(self.decoder.losses),
        }
        loss = sum(terms.values())
        return loss, {"loss": loss, **terms}, z, z_mean

    def train_step(self, batch):
        step = self.optimizer.iterations
        return self.track(minimize(lambda: self.vae_loss(batch, step)[:2], self.trainable_variables, self.optimizer))

    def test_step(self, batch):
        return self.track(self.vae_loss(batch, 0)[1])
