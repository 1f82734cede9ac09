"""DCGAN: a generator of spectrogram patches from noise, trained against a critic.

Radford, Metz & Chintala 2016, arXiv 1511.06434; the default objective is that of WGAN-GP, Gulrajani et al. 2017,
arXiv 1704.00028.
"""

import keras
import tensorflow as tf
from keras import ops

from vconv.common.errors import VconvError
from vconv.models import losses
from vconv.models.adversarial import AdversarialModel
from vconv.models.adversarial_settings import check as check_adversarial
from vconv.models.constraints import input_gradient
from vconv.models.dcgan_networks import check_network, critic, generator, patch_shape, upsampling_stack
from vconv.models.optimizers import adam

# Uses of noise. The index of a use is part of its seed, so the order must not change.
NOISE = (
    "z of the critic's step",
    "real",
    "fake",
    "between",
    "mixture",
    "z of the generator's step",
    "generator",
    "z",
    "matched",
)


def build(settings):
    """Return a compiled `DCGAN` with one Adam for the generator and one for the critic."""
    check(settings)
    model = DCGAN(settings, name="dcgan")
    training = settings["training"]
    rates = training["learning_rate"], settings["adversarial"]["critic_learning_rate"]
    model.compile(*(adam(training, rate) for rate in rates))
    return model


def check(settings):
    """Raise a VconvError for settings that do not fit together."""
    check_network(settings)
    check_adversarial(settings["adversarial"], "dcgan")
    network, epochs = settings["network"], settings["adversarial"]["progressive_epochs"]
    growing = network["generator"] == "convolutional" and max(network["height_strides"] + network["width_strides"]) > 1
    if epochs and not growing:
        raise VconvError(
            f"dcgan: adversarial.progressive_epochs is {epochs}; it must be 0 unless the generator is "
            "convolutional and has strides to grow by"
        )
    norm = network["critic_norm"]
    if settings["adversarial"]["constraint"] == "spectral_normalization" and norm != "none":
        raise VconvError(
            "dcgan: adversarial.constraint spectral_normalization has no effect if "
            f"network.critic_norm is {norm}, which cancels it; set network.critic_norm to none"
        )


def upsampling(settings):
    """Return (start sizes, layers) of the generator, for `vconv inspect-upsampling`."""
    if settings["network"]["generator"] != "convolutional":
        raise VconvError(f"dcgan: a generator of {settings['network']['generator']} has no transposed convolutions")
    return upsampling_stack(patch_shape(settings), settings["network"])


class DCGAN(AdversarialModel):
    """Generator and critic, trained on (patch float32 [batch, height, width, channels] in [−1, 1], label [batch]).

    The label is not used. All noise depends on (seed, step) only, so that a resumed training repeats it.
    """

    monitored = "energy_distance"
    validation_terms = ("energy_distance", "spread")

    def __init__(self, settings, **kwargs):
        super().__init__(**kwargs)
        self.settings = settings["adversarial"]
        self.objective = losses.OBJECTIVES[self.settings["objective"]]
        self.ema_decay = self.settings["ema_decay"]
        self.seed = settings["training"]["seed"]
        self.latent = settings["network"]["latent"]
        self.critic_steps = self.settings["critic_steps"]
        self.examples_per_step = settings["training"]["batch_size"] * self.critic_steps
        shape = patch_shape(settings)
        self.progressive_epochs = self.settings["progressive_epochs"]
        self.generator = generator(shape, settings["network"], self.progressive_epochs > 0)
        self.critic = critic(shape, settings["network"])
        self.networks = {"generator": self.generator, "critic": self.critic}
        matching = ["feature_matching"] if self.settings["feature_matching"] else []
        self.track_terms("loss", *matching, "critic_loss", "distance", "penalty", *self.validation_terms)
        self.built = True

    @property
    def generator_variables(self):
        """The variables that the generator's optimizer updates."""
        return self.generator.trainable_variables

    @property
    def averaged_variables(self):
        """The generator's trainable variables and moving statistics, without the shares of progressive growing."""
        return [weight for weight in self.generator.weights if weight.name != "shares"]

    @property
    def critic_variables(self):
        """The variables that the critic's optimizer updates."""
        return self.critic.trainable_variables

    def begin_epoch(self, epoch):
        """Set the resolution of progressive growing, if the settings ask for it."""
        if self.progressive_epochs:
            self.generator.get_layer("growing").grow(epoch / self.progressive_epochs)

    def shared(self, batch):
        """Return the batch with its patches at the resolution of the generator's."""
        if not self.progressive_epochs:
            return batch
        return self.generator.get_layer("growing").coarsen(batch[0]), *batch[1:]

    def call(self, z):
        """Return the patches generated from z float32 [batch, latent]; normalization uses moving statistics."""
        return self.generator(z, training=False)

    def noise_seed(self, what, step):
        """Return the seed int32 [2] of noise; it differs for each use `what` (one of `NOISE`) and each step."""
        return tf.random.experimental.stateless_fold_in([self.seed, ops.cast(step, "int32")], NOISE.index(what))

    def draw(self, what, step, count):
        """Return z float32 [count, latent], uniform in [−1, 1], for the use `what` in one step."""
        return tf.random.stateless_uniform((count, self.latent), self.noise_seed(what, step), -1.0, 1.0)

    def examples(self, batch):
        """Return the patches of the batch and as many generated ones."""
        return batch[0], self(self.draw("z", 0, ops.shape(batch[0])[0]))

    def generator_loss(self, batch):
        """Return (loss, terms): the objective's loss of the fakes, + feature matching if the settings ask for it."""
        step = self.optimizer.iterations
        fake = self.generator(self.draw("z of the generator's step", step, ops.shape(batch[0])[0]), training=True)
        fake = [fake, self.noise_seed("generator", step)]
        if not self.settings["feature_matching"]:
            loss = self.objective.generator(self.critic(fake, training=True))
            return loss, {"loss": loss}
        critic = keras.Model(self.critic.inputs, [self.critic.output, self.critic.get_layer("score").input])
        scores, fake_features = critic(fake, training=True)
        real_features = critic([batch[0], self.noise_seed("matched", step)], training=True)[1]
        distance = losses.mean_feature_distance(real_features, fake_features)
        loss = self.objective.generator(scores) + self.settings["feature_matching"] * distance
        return loss, {"loss": loss, "feature_matching": distance}

    def critic_loss(self, batch):
        """Return (loss, terms): the objective's loss, + λ · gradient penalty if the settings ask for it."""
        real, step = batch[0], self.critic_optimizer.iterations
        fake = self.generator(self.draw("z of the critic's step", step, ops.shape(real)[0]), training=True)
        scores = {
            name: self.critic([patches, self.noise_seed(name, step)], training=True)
            for name, patches in (("real", real), ("fake", fake))
        }
        loss, metrics = self.objective_of(scores["real"], scores["fake"])
        loss, penalty = self.penalized(loss, lambda: self.gradient_between(real, fake, step))
        return loss, {"critic_loss": loss, "distance": metrics["gap"], **metrics, **penalty}

    def gradient_between(self, real, fake, step):
        """Return the gradient of the score at a random point between each real patch and a fake."""
        share = tf.random.stateless_uniform((ops.shape(real)[0],), self.noise_seed("mixture", step))
        seed = self.noise_seed("between", step)
        between = losses.interpolate(real, fake, share)
        return input_gradient(lambda x: self.critic([x, seed], training=True), between)

    def test_step(self, batch):
        """Return the critic's distance, and two measures that do not depend on the critic.

        `energy_distance` of held-out patches x and generated patches y is 2 E‖x − y‖ − E‖x − x'‖ − E‖y − y'‖, and 0
        only if both have the same distribution (Székely & Rizzo 2013, doi 10.1016/j.jspi.2013.03.018); ‖·‖ is the root
        mean square over a patch. `spread` is E‖y − y'‖ / E‖x − x'‖; near 0, all generated patches are alike.
        """
        real, fake = self.examples(batch)
        scores = [self.critic([patches, self.noise_seed("z", 0)], training=False) for patches in (real, fake)]
        of_real, of_fake = losses.mean_distance(real), losses.mean_distance(fake)
        return self.track(
            {
                "distance": -losses.wasserstein(*scores),
                "energy_distance": 2 * losses.mean_distance(real, fake) - of_real - of_fake,
                "spread": of_fake / of_real,
            }
        )
