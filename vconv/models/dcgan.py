"""DCGAN: noise → patches of spectrograms, trained against a critic.

Radford, Metz & Chintala 2016, arXiv 1511.06434; the objective is that of WGAN-GP, Gulrajani et al. 2017,
arXiv 1704.00028.
"""

import math

import keras
import tensorflow as tf
from keras import ops

from vconv.common.errors import VconvError
from vconv.models import losses
from vconv.models.adversarial import AdversarialModel, input_gradient
from vconv.models.adversarial import check as check_adversarial
from vconv.models.dcgan_networks import check_network, critic, generator, patch_shape, upsampling_stack
from vconv.models.optimizers import adam

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
            "dcgan: adversarial.constraint spectral_normalization bounds nothing where "
            f"network.critic_norm is {norm}, which undoes it; set network.critic_norm to none"
        )


def upsampling(settings):
    """Return (start sizes, layers) of the generator: `vconv inspect-upsampling`."""
    if settings["network"]["generator"] != "convolutional":
        raise VconvError(f"dcgan: a generator of {settings['network']['generator']} has no transposed convolutions")
    return upsampling_stack(patch_shape(settings), settings["network"])


class DCGAN(AdversarialModel):
    """Generator and critic, trained on (patch float32 [batch, height, width, channels] in [−1, 1], label [batch]).

    The label is not looked at. All noise is drawn from (seed, step), so that a resumed run repeats it.
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
        self.rows_per_step = settings["training"]["batch_size"] * self.critic_steps
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
        """What the generator's optimizer updates."""
        return self.generator.trainable_variables

    @property
    def averaged_variables(self):
        """Those, and the moving statistics; not how far the generator has grown."""
        return [weight for weight in self.generator.weights if weight.name != "shares"]

    @property
    def critic_variables(self):
        """What the critic's optimizer updates."""
        return self.critic.trainable_variables

    def begin_epoch(self, epoch):
        """Let the generator grow where the settings say so."""
        if self.progressive_epochs:
            self.generator.get_layer("growing").grow(epoch / self.progressive_epochs)

    def shared(self, batch):
        """Return the batch, its patches as coarse as what the generator makes."""
        if not self.progressive_epochs:
            return batch
        return self.generator.get_layer("growing").coarsen(batch[0]), *batch[1:]

    def call(self, z):
        """Return the patches of z float32 [batch, latent]; normalization goes by its moving statistics."""
        return self.generator(z, training=False)

    def noise_seed(self, what, step):
        """Return the seed int32 [2] of one use of noise in one step; different for each."""
        return tf.random.experimental.stateless_fold_in([self.seed, ops.cast(step, "int32")], NOISE.index(what))

    def draw(self, what, step, rows):
        """Return z float32 [rows, latent], uniform in [−1, 1], of one use in one step."""
        return tf.random.stateless_uniform((rows, self.latent), self.noise_seed(what, step), -1.0, 1.0)

    def examples(self, batch):
        """Return the patches and as many generated ones."""
        return batch[0], self(self.draw("z", 0, ops.shape(batch[0])[0]))

    def generator_loss(self, batch):
        """What the objective makes of the scores of the fakes, + feature matching where the settings want it."""
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
        """What the objective makes of the scores, + λ · gradient penalty where the settings want it."""
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
        """Return the gradient of the score at a random point between each real patch and a fake one."""
        share = tf.random.stateless_uniform((ops.shape(real)[0],), self.noise_seed("mixture", step))
        seed = self.noise_seed("between", step)
        between = losses.interpolate(real, fake, share)
        return input_gradient(lambda x: self.critic([x, seed], training=True), between)

    def test_step(self, batch):
        """The critic's distance, and two measures of the patches that no critic has a say in.

        The energy distance of the generated and the held-out distribution is 2 E‖x − y‖ − E‖x − x'‖ − E‖y − y'‖,
        0 only if they are the same (Székely & Rizzo 2013, doi 10.1016/j.jspi.2013.03.018); ‖·‖ is the root mean square
        over a patch. `spread` is E‖y − y'‖ / E‖x − x'‖: near 0, all samples are one.
        """
        real, fake = self.examples(batch)
        scores = [self.critic([patches, self.noise_seed("z", 0)], training=False) for patches in (real, fake)]
        of_real, of_fake = mean_distance(real), mean_distance(fake)
        return self.track(
            {
                "distance": -losses.wasserstein(*scores),
                "energy_distance": 2 * mean_distance(real, fake) - of_real - of_fake,
                "spread": of_fake / of_real,
            }
        )


def mean_distance(one, other=None):
    """Return the mean root-mean-square distance of each patch of `one` from each of `other`, or from the rest of `one`.

    Shapes: [n, height, width, channels] and [m, height, width, channels] → a number.
    """
    x, y = (ops.reshape(patches, (ops.shape(patches)[0], -1)) for patches in (one, one if other is None else other))
    squares = ops.sum(ops.square(x), 1)[:, None] + ops.sum(ops.square(y), 1) - 2 * ops.matmul(x, ops.transpose(y))
    distances = ops.sqrt(ops.maximum(squares, 0.0) / math.prod(one.shape[1:]))
    if other is not None:
        return ops.mean(distances)
    rows = ops.cast(ops.shape(x)[0], "float32")
    return ops.sum(distances * (1.0 - tf.eye(tf.shape(x)[0]))) / (rows * (rows - 1.0))
