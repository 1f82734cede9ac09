"""MelGAN: a vocoder, mel spectrogram → waveform, trained against discriminators at several rates.

Kumar et al. 2019, arXiv 1910.06711, with the networks of the Keras tutorial "MelGAN-based spectrogram inversion using
feature matching" (Darshan Deshpande 2021); `bands` makes it multi-band (Yang et al. 2021, arXiv 2005.05106).
"""

import math

import tensorflow as tf
from keras import ops

from vconv.audio.mel import MelSettings, MelSpectrogram
from vconv.common.errors import VconvError
from vconv.layers.upsampling import Upsampling
from vconv.models import adversarial, adversarial_settings, constraints, losses
from vconv.models.melgan_networks import discriminator, generator
from vconv.models.optimizers import adam

DISTANCES = ("stft", "mel_db")  # of signals; settings of the same names are their weights


def build(settings):
    """Return a compiled `MelGAN` with one Adam for the generator and one for the discriminators."""
    check(settings)
    model = MelGAN(settings, name="melgan")
    training = settings["training"]
    rates = training["learning_rate"], settings["adversarial"]["critic_learning_rate"]
    model.compile(*(adam(training, rate, training["clip_norm"]) for rate in rates))
    return model


def check(settings):
    """Raise a VconvError for settings that do not fit together."""
    mel, network, training, section = (settings[name] for name in ("mel", "network", "training", "adversarial"))
    strides = network["upsampling_strides"]
    for layers in ("upsampling", "discriminator"):
        sizes = {key: value for key, value in network.items() if key.startswith(layers)}
        if len({len(value) for value in sizes.values()}) > 1:
            counts = ", ".join(f"{len(value)} {key}" for key, value in sizes.items())
            raise VconvError(f"melgan: network: has {counts}; give one for each layer")
    hop = math.prod(strides) * network["bands"]
    if hop != mel["hop"]:
        raise VconvError(
            f"melgan: upsampling_strides {strides} and {network['bands']} bands give {hop} samples for each "
            f"frame, but mel.hop is {mel['hop']}; choose strides such as "
            f"{factors(mel['hop'] / network['bands'], len(strides))}"
        )
    least = max(losses.STFT_SIZES)
    if training["segment_samples"] % hop or training["segment_samples"] < least:
        near = max(round(training["segment_samples"] / hop), -(-least // hop)) * hop
        raise VconvError(
            f"melgan: training.segment_samples is {training['segment_samples']}; it must be a "
            f"multiple of the hop {hop} and hold {least} samples, for example {near}"
        )
    adversarial_settings.check(section, "melgan")
    if section["warm_up_epochs"] and not max(section["stft"], section["mel_db"]) > 0:
        raise VconvError("melgan: adversarial.warm_up_epochs needs a loss of the signal; set adversarial.stft above 0")


def factors(number, count):
    """Return `count` factors of a whole `number`, the largest first and as equal as possible."""
    number, products = round(number), [1] * count
    divisor = 2
    primes = []
    while number > 1:
        while number % divisor == 0:
            primes.append(divisor)
            number //= divisor
        divisor += 1
    for prime in sorted(primes, reverse=True):
        products[products.index(min(products))] *= prime
    return sorted(products, reverse=True)


def upsampling(settings):
    """Return (start sizes, layers) of the generator for 32 frames, for `vconv inspect-upsampling`."""
    network = settings["network"]
    sizes = zip(network["upsampling_kernels"], network["upsampling_strides"], strict=True)
    return (32,), [
        Upsampling(f"upsampling_{number}", (kernel,), (stride,)) for number, (kernel, stride) in enumerate(sizes, 1)
    ]


class MelGAN(adversarial.AdversarialModel):
    """Generator and discriminators, trained on (mel float32 [batch, T, mels], wave float32 [batch, T · hop, 1])."""

    monitored = "mel_db"

    def __init__(self, settings, **kwargs):
        super().__init__(**kwargs)
        self.settings = settings["adversarial"]
        self.objective = losses.OBJECTIVES[self.settings["objective"]]
        self.ema_decay = self.settings["ema_decay"]
        self.critic_steps = self.settings["critic_steps"]
        self.examples_per_step = settings["training"]["batch_size"] * self.critic_steps
        self.seed, self.scales = settings["training"]["seed"], settings["network"]["scales"]
        self.mel = MelSpectrogram(MelSettings(**settings["mel"]))
        self.generator = generator(settings["mel"]["mels"], settings["network"])
        # Weight normalization would cancel clipping or spectral normalization of the kernels.
        norm = settings["network"]["weight_norm"] and self.settings["constraint"] in ("none", "gradient_penalty")
        self.discriminator = discriminator(settings["network"] | {"weight_norm": norm})
        self.networks = {"generator": self.generator, "discriminator": self.discriminator}
        self.validation_terms = tuple(name for name in DISTANCES if not self.settings[name])
        self.steps_per_frame = {"generator": 1, "discriminator": settings["mel"]["hop"]}
        penalty = ["penalty"] if self.settings["constraint"] == "gradient_penalty" else []
        self.track_terms("loss", "adversarial", "feature_matching", "stft", "critic_loss", *penalty, "mel_db")
        self.built = True

    @property
    def generator_variables(self):
        """The variables that the generator's optimizer updates."""
        return self.generator.trainable_variables

    @property
    def critic_variables(self):
        """The variables that the discriminators' optimizer updates."""
        return self.discriminator.trainable_variables

    def call(self, mel):
        return self.generator(mel)

    def begin_epoch(self, epoch):
        """Begin adversarial training after the warm-up."""
        self.set_adversarial(epoch >= self.settings["warm_up_epochs"])

    def warm_up_loss(self, batch):
        """Return (loss, terms) of the warm-up: the losses of the signal."""
        mel, wave = batch
        loss, terms = self.signal_loss(wave[..., 0], self.generator(mel)[..., 0])
        return loss, {"loss": loss, **terms}

    def distances(self, real, fake, names=DISTANCES):
        """Return {name: distance} of two signals [batch, samples]: of their STFTs, and of mel spectrograms in dB."""
        functions = {
            "stft": lambda: losses.multi_resolution_stft(real, fake),
            "mel_db": lambda: losses.log_mel_distance(real, fake, self.mel.settings.hop, self.mel.filterbank),
        }
        return {name: functions[name]() for name in names}

    def signal_loss(self, real, fake):
        """Return (loss, terms): the sum of the distances, weighted by the settings; weights of 0 are left out."""
        terms = self.distances(real, fake, [name for name in DISTANCES if self.settings[name]])
        return sum(self.settings[name] * term for name, term in terms.items()), terms

    def examples(self, batch):
        """Return waves and the signals that the generator makes of their mel spectrograms."""
        return batch[1], self.generator(batch[0])

    def shared(self, batch):
        """Return waves and fakes, the same for critic and generator, because there is no noise."""
        return self.examples(batch)

    def generator_loss(self, pair):
        """Return (loss, terms): the objective's loss + feature matching + the losses of the signal."""
        wave, fake = pair
        of_real, of_fake = self.discriminator(wave), self.discriminator(fake)
        terms = {
            "adversarial": self.objective.generator([scale[-1] for scale in of_fake]),
            "feature_matching": losses.feature_matching(_maps(of_real), _maps(of_fake)),
        }
        loss = terms["adversarial"] + self.settings["feature_matching"] * terms["feature_matching"]
        signal_loss, signal_terms = self.signal_loss(wave[..., 0], fake[..., 0])
        loss, terms = loss + signal_loss, terms | signal_terms
        return loss, {"loss": loss, **terms}

    def critic_loss(self, pair):
        """Return (loss, terms): the objective's loss of the discriminators; least squares: 1 for real, 0 for fake."""
        wave, fake = pair
        loss, metrics = self.objective_of(*([scale[-1] for scale in self.discriminator(x)] for x in pair))
        loss, penalty = self.penalized(loss, lambda: self.gradient_between(wave, fake))
        return loss, {"critic_loss": loss, **metrics, **penalty}

    def gradient_between(self, real, fake):
        """Return the gradient of the mean score at a random point between each real segment and a fake."""
        seed = [self.seed, ops.cast(self.critic_optimizer.iterations, "int32")]
        between = losses.interpolate(real, fake, tf.random.stateless_uniform(ops.shape(real)[:1], seed))
        return constraints.input_gradient(
            lambda x: sum(ops.mean(scale[-1], (1, 2)) for scale in self.discriminator(x)) / self.scales, between
        )

    def test_step(self, batch):
        """Return both `distances` of held-out segments."""
        wave, fake = self.examples(batch)
        return self.track(self.distances(wave[..., 0], fake[..., 0]))


def _maps(scales):
    """Return the feature maps of all scales, without the scores."""
    return [feature_map for scale in scales for feature_map in scale[:-1]]
