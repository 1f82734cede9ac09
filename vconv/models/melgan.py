"""MelGAN: mel spectrogram → waveform in one pass, trained against discriminators at three rates.

Kumar et al. 2019, arXiv 1910.06711, with the networks of the Keras tutorial "MelGAN-based spectrogram inversion using
feature matching" (Darshan Deshpande 2021); `bands` makes it multi-band (Yang et al. 2021, arXiv 2005.05106).
"""

import math

import keras
from keras import layers

from vconv import adversarial, config, losses
from vconv.audio.mel import MelSettings, MelSpectrogram
from vconv.errors import VconvError
from vconv.layers.residual import residual_stack
from vconv.layers.subbands import TAPS_PER_BAND, JoinSubbands
from vconv.layers.weight_norm import Conv1D, Conv1DTranspose, WeightNormalised
from vconv.upsampling import Upsampling

DATA = "segments"


def build(settings):
    """Return a compiled `MelGAN` with one Adam for the generator and one for the discriminators."""
    check(settings)
    model = MelGAN(settings, name="melgan")
    training = settings["training"]
    rates = training["learning_rate"], settings["adversarial"]["critic_learning_rate"]
    model.compile(
        *(
            keras.optimizers.Adam(rate, training["beta_1"], training["beta_2"], clipnorm=training["clip_norm"])
            for rate in rates
        )
    )
    return model


def check(settings):
    """Raise a VconvError for settings that do not fit together."""
    mel, network, training = (settings[section] for section in ("mel", "network", "training"))
    strides, channels = network["upsampling_strides"], network["upsampling_channels"]
    for name, sizes, others in (
        ("upsampling", strides, channels),
        *(
            (f"discriminator_{kind}", network[f"discriminator_{kind}"], network["discriminator_channels"])
            for kind in ("strides", "groups")
        ),
    ):
        if len(sizes) != len(others):
            raise VconvError(
                f"melgan: network: {name}: {len(sizes)} entries for {len(others)} layers; give one a layer"
            )
    hop = math.prod(strides) * network["bands"]
    if hop != mel["hop"]:
        raise VconvError(
            f"melgan: upsampling_strides {strides} times {network['bands']} bands make {hop} samples of a frame, but "
            f"mel.hop is {mel['hop']}; choose strides such as {factors(mel['hop'] / network['bands'], len(strides))}"
        )
    if training["segment_samples"] % hop or training["segment_samples"] < max(losses.STFT_SIZES):
        near = max(round(training["segment_samples"] / hop), -(-max(losses.STFT_SIZES) // hop)) * hop
        raise VconvError(
            f"melgan: training.segment_samples is {training['segment_samples']}; it must be a multiple of "
            f"the hop {hop} and hold {max(losses.STFT_SIZES)} samples, for example {near}"
        )
    config.one_of(training["condition"], ("natural", "world"), "melgan: training.condition")
    adversarial.check(settings["adversarial"], "melgan")
    if settings["adversarial"]["warm_up_epochs"] and not settings["adversarial"]["stft"] > 0:
        raise VconvError(
            "melgan: adversarial.warm_up_epochs needs the STFT loss to train by; set adversarial.stft above 0"
        )


def factors(number, count):
    """Return `count` whole factors of a whole `number`, large ones first and as even as they can be."""
    number, found = round(number), [1] * count
    divisor = 2
    primes = []
    while number > 1:
        while number % divisor == 0:
            primes.append(divisor)
            number //= divisor
        divisor += 1
    for prime in sorted(primes, reverse=True):
        found[found.index(min(found))] *= prime
    return sorted(found, reverse=True)


def upsampling(settings):
    """Return (start sizes, layers) of the generator for 32 frames: `vconv inspect-upsampling`."""
    network = settings["network"]
    sizes = zip(network["upsampling_kernels"], network["upsampling_strides"], strict=True)
    return (32,), [
        Upsampling(f"upsampling_{number}", (kernel,), (stride,)) for number, (kernel, stride) in enumerate(sizes, 1)
    ]


def generator(mels, network):
    """Return the network mel spectrogram in dB float32 [batch, T, mels] → waveform float32 [batch, T · hop, 1]."""
    slope, norm = network["slope"], network["weight_norm"]
    levels_db = keras.Input((None, mels), name="mel")
    x = layers.Rescaling(network["level_scale"], name="level")(levels_db)
    x = Conv1D(network["start_channels"], network["start_kernel"], weight_norm=False, name="start")(x)
    x = layers.LeakyReLU(slope, name="start_leaky_relu")(x)
    sizes = (network[f"upsampling_{kind}"] for kind in ("channels", "kernels", "strides"))
    for number, (channels, kernel, stride) in enumerate(zip(*sizes, strict=True), 1):
        block = f"upsampling_{number}"
        x = Conv1DTranspose(channels, kernel, stride, norm, name=f"{block}_conv")(x)
        x = layers.LeakyReLU(slope, name=f"{block}_leaky_relu")(x)
        x = residual_stack(
            x,
            network["residual_kernel"],
            network["residual_dilations"],
            slope,
            network["shortcut"],
            norm,
            name=f"residual_{number}",
        )
        x = layers.LeakyReLU(slope, name=f"residual_{number}_leaky_relu")(x)
    x = Conv1D(network["bands"], network["last_kernel"], weight_norm=norm, name="last")(x)
    x = layers.Activation("tanh", name="tanh")(x)
    if network["bands"] > 1:
        x = JoinSubbands(name="join_subbands")(x)
    return keras.Model(levels_db, x, name="generator")


def fold(trained, mels, network):
    """Return a generator with the outputs of a `trained` one whose kernels are plain: no norm is left to compute."""
    folded = generator(mels, {**network, "weight_norm": False})
    for layer, own in zip(trained.layers, folded.layers, strict=True):
        if isinstance(layer, WeightNormalised):
            own.set_weights([layer.kernel, layer.bias])
    return folded


def receptive_field(network, first, last):
    """Return the (first, last) frames that the output samples `first` to `last` depend on, as if there was no border."""
    if network["bands"] > 1:
        first, last = _before_upsampling(first, last, TAPS_PER_BAND * network["bands"], network["bands"])
    first, last = _before_convolution(first, last, network["last_kernel"], 1)
    kernels, strides = network["upsampling_kernels"], network["upsampling_strides"]
    for kernel, stride in zip(reversed(kernels), reversed(strides), strict=True):
        for dilation in network["residual_dilations"]:
            for one in (1, dilation):
                first, last = _before_convolution(first, last, network["residual_kernel"], one)
        first, last = _before_upsampling(first, last, kernel, stride)
    return _before_convolution(first, last, network["start_kernel"], 1)


def _before_convolution(first, last, kernel, dilation):
    """Return which inputs of a 'same' convolution of stride 1 the outputs `first` to `last` depend on."""
    before = (kernel - 1) * dilation // 2
    return first - before, last + (kernel - 1) * dilation - before


def _before_upsampling(first, last, kernel, stride):
    """Return which inputs of a 'same' transposed convolution the outputs `first` to `last` depend on."""
    cropped = (kernel - stride) // 2
    return -(-(first + cropped - kernel + 1) // stride), (last + cropped) // stride


def discriminator(network):
    """Return the network waveform float32 [batch, samples, 1] → for each scale a list: its feature maps, its scores."""
    wave = keras.Input((None, 1), name="wave")
    x, outputs = wave, []
    for scale in range(1, network["scales"] + 1):
        if scale > 1:
            x = layers.AveragePooling1D(2, name=f"pool_{scale}")(x)
        outputs.append(_scale(x, network, f"scale_{scale}"))
    return keras.Model(wave, outputs, name="discriminator")


def _scale(x, network, name):
    """Return the outputs of the discriminator of one scale: every activation and the scores [batch, time, 1]."""
    outputs = []
    sizes = (network[f"discriminator_{kind}"] for kind in ("channels", "kernels", "strides", "groups"))
    for number, (channels, kernel, stride, groups) in enumerate(zip(*sizes, strict=True), 1):
        x = Conv1D(
            channels, kernel, stride, groups=groups, weight_norm=network["weight_norm"], name=f"{name}_{number}"
        )(x)
        x = layers.LeakyReLU(network["slope"], name=f"{name}_{number}_leaky_relu")(x)
        outputs.append(x)
    score = Conv1D(1, network["score_kernel"], weight_norm=network["weight_norm"], name=f"{name}_score")(x)
    return [*outputs, score]


class MelGAN(adversarial.TwoPlayerModel):
    """Generator and discriminators, trained on (mel float32 [batch, T, mels], wave float32 [batch, T · hop, 1])."""

    watched = "mel_db"

    def __init__(self, settings, **kwargs):
        super().__init__(**kwargs)
        self.settings = settings["adversarial"]
        self.objective = losses.OBJECTIVES[self.settings["objective"]]
        self.average_decay = self.settings["average_decay"]
        self.critic_steps = self.settings["critic_steps"]
        self.rows_per_step = settings["training"]["batch_size"] * self.critic_steps
        self.mel = MelSpectrogram(MelSettings(**settings["mel"]))
        self.generator = generator(settings["mel"]["mels"], settings["network"])
        self.discriminator = discriminator(settings["network"])
        self.networks = {"generator": self.generator, "discriminator": self.discriminator}
        self.steps_per_frame = {"generator": 1, "discriminator": settings["mel"]["hop"]}
        self.track_terms("loss", "adversarial", "feature_matching", "stft", "critic_loss", "mel_db")
        self.built = True

    @property
    def generator_variables(self):
        """What the generator's optimiser updates."""
        return self.generator.trainable_variables

    @property
    def critic_variables(self):
        """What the discriminators' optimiser updates."""
        return self.discriminator.trainable_variables

    def call(self, mel):
        return self.generator(mel)

    def begin_epoch(self, epoch):
        """Let the discriminators join after the warm-up."""
        self.set_adversarial(epoch >= self.settings["warm_up_epochs"])

    def warm_up_loss(self, batch):
        """The STFT loss, before the discriminators join."""
        mel, wave = batch
        terms = {"stft": losses.multi_resolution_stft(wave[..., 0], self.generator(mel)[..., 0])}
        terms["loss"] = self.settings["stft"] * terms["stft"]
        return terms["loss"], terms

    def examples(self, batch):
        """Return waves and what the generator makes of their mel spectrograms."""
        return batch[1], self.generator(batch[0])

    def generator_loss(self, batch):
        """The objective's loss (least squares) + feature matching, and the STFT loss where the settings want it."""
        mel, wave = batch
        fake = self.generator(mel)
        of_real, of_fake = self.discriminator(wave), self.discriminator(fake)
        terms = {
            "adversarial": self.objective.generator([scale[-1] for scale in of_fake]),
            "feature_matching": losses.feature_matching(_maps(of_real), _maps(of_fake)),
        }
        loss = terms["adversarial"] + self.settings["feature_matching"] * terms["feature_matching"]
        if self.settings["stft"]:
            terms["stft"] = losses.multi_resolution_stft(wave[..., 0], fake[..., 0])
            loss = loss + self.settings["stft"] * terms["stft"]
        return loss, {"loss": loss, **terms}

    def critic_loss(self, batch):
        """The objective's loss of the discriminators; least squares: 1 for real, 0 for fake."""
        mel, wave = batch
        real, fake = ([scale[-1] for scale in self.discriminator(x)] for x in (wave, self.generator(mel)))
        loss, signs = self.judge(real, fake)
        return loss, {"critic_loss": loss, **signs}

    def test_step(self, batch):
        """Two distances of held-out segments: of their STFTs, and of their mel spectrograms in dB."""
        mel, wave = batch
        fake = self.generator(mel)[..., 0]
        return self.track(
            {
                "stft": losses.multi_resolution_stft(wave[..., 0], fake),
                "mel_db": losses.log_mel_distance(wave[..., 0], fake, self.mel.settings.hop, self.mel.filterbank),
            }
        )


def _maps(scales):
    """Return the feature maps of all scales, without the scores."""
    return [feature_map for scale in scales for feature_map in scale[:-1]]
