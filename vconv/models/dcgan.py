"""DCGAN: noise → patches of spectrograms, trained against a critic.

Radford, Metz & Chintala 2016, arXiv 1511.06434; the objective is that of WGAN-GP, Gulrajani et al. 2017,
arXiv 1704.00028. Real and imaginary part of a constant-Q transform are two channels of 2-D convolutions, not an axis of
3-D ones: an axis of two has no neighbourhood that a kernel could slide over, and as channels every layer mixes both
freely at half the cost.
"""

import math

import keras
import tensorflow as tf
from keras import layers, ops

from vconv import config, losses
from vconv.adversarial import TwoPlayerModel, clip_weights, input_gradient
from vconv.adversarial import check as check_adversarial
from vconv.audio.images import CHANNELS
from vconv.errors import VconvError
from vconv.layers.dropout import SeededDropout
from vconv.layers.minibatch import MinibatchDeviation
from vconv.upsampling import Upsampling, plan_upsampling
from vconv.upsampling import check as check_kernel

DATA = "patches"
CONSTRAINTS = ("gradient_penalty", "weight_clipping", "none")
AXES = ("height", "width")
LARGEST_START = 32  # a side of the map that the generator begins with
NOISE = ("z of the critic's step", "real", "fake", "between", "mixture", "z of the generator's step", "generator", "z")


def build(settings):
    """Return a compiled `DCGAN` with one Adam for the generator and one for the critic."""
    check(settings)
    model = DCGAN(settings, name="dcgan")
    training = settings["training"]
    rates = training["learning_rate"], settings["adversarial"]["critic_learning_rate"]
    model.compile(*(keras.optimizers.Adam(rate, training["beta_1"], training["beta_2"]) for rate in rates))
    return model


def patch_shape(settings):
    """Return (height, width, channels) of a patch: frequency, time, and what the kind of spectrogram has."""
    spectrogram = settings["spectrogram"]
    kind = config.one_of(spectrogram["kind"], CHANNELS, "dcgan: spectrogram.kind")
    return spectrogram["height"], spectrogram["width"], CHANNELS[kind]


def check(settings):
    """Raise a VconvError for settings that do not fit together."""
    network, adversarial = settings["network"], settings["adversarial"]
    config.check_sizes(settings["spectrogram"], "dcgan: spectrogram")
    layer_count = len(network["upsampling_channels"]) + 1
    wanted = {f"{axis}_{kind}": layer_count for axis in AXES for kind in ("kernels", "strides")}
    for key, count in (wanted | {"critic_strides": len(network["critic_channels"])}).items():
        if len(network[key]) != count:
            found = len(network[key])
            raise VconvError(f"dcgan: network.{key}: has {found} entries for {count} layers; give one a layer")
    if len(network["critic_channels"]) < 2:
        raise VconvError("dcgan: network.critic_channels: has 1 entry; give two or more")
    config.one_of(network["critic_norm"], NORMS, "dcgan: network.critic_norm")
    if not 0 <= network["critic_dropout"] < 1:
        raise VconvError(f"dcgan: network.critic_dropout is {network['critic_dropout']:g}; it must be 0 or more and "
                         "below 1")
    check_adversarial(adversarial, "dcgan")
    config.one_of(adversarial["constraint"], CONSTRAINTS, "dcgan: adversarial.constraint")
    _check_start(patch_shape(settings), network)


def _check_start(shape, network):
    """Raise a VconvError if the generator would begin with a large map, with strides that start from a small one."""
    start, stack = upsampling_stack(shape, network)
    if max(start) <= LARGEST_START:
        return
    plan = plan_upsampling(shape[:2], len(stack))
    proposal = [f"network.{axis}_{kind}=[{','.join(str(getattr(layer, kind[:-1])[place]) for layer in plan.stack)}]"
                for place, axis in enumerate(AXES) for kind in ("strides", "kernels")]
    raise VconvError(f"dcgan: patches of {_times(shape[:2])} would begin with a map of {_times(start)}, larger than "
                     f"{LARGEST_START} a side; use larger strides, for example --set {' --set '.join(proposal)}, which "
                     f"begin with {_times(plan.start)}")


def upsampling(settings):
    """Return (start sizes, layers) of the generator: `vconv inspect-upsampling`."""
    return upsampling_stack(patch_shape(settings), settings["network"])


def upsampling_stack(shape, network):
    """Return the start sizes and the list of `Upsampling` by which the generator reaches `shape`, or a little more."""
    kernels, strides = (
        zip(*(network[f"{axis}_{kind}"] for axis in AXES), strict=True) for kind in ("kernels", "strides")
    )
    sizes = enumerate(zip(kernels, strides, strict=True), 1)
    stack = [Upsampling(f"upsampling_{number}", kernel, stride) for number, (kernel, stride) in sizes]
    factors = [math.prod(layer.stride[axis] for layer in stack) for axis in (0, 1)]
    return tuple(-(-size // factor) for size, factor in zip(shape[:2], factors, strict=True)), stack


def generator(shape, network):
    """Return the network z float32 [batch, latent] → patches float32 [batch, *shape] in [−1, 1]."""
    z = keras.Input((network["latent"],), name="z")
    start, stack = upsampling_stack(shape, network)
    x = layers.Dense(math.prod(start) * network["start_channels"], use_bias=False, name="start")(z)
    x = _normalised(x, "batch", network["slope"], "start")
    x = layers.Reshape((*start, network["start_channels"]), name="start_map")(x)
    for layer, channels in zip(stack, [*network["upsampling_channels"], shape[-1]], strict=True):
        check_kernel(layer.name, layer.kernel, layer.stride)
        x = layers.Conv2DTranspose(
            channels, layer.kernel, layer.stride, padding="same", use_bias=False, name=layer.name
        )(x)
        if layer is not stack[-1]:
            x = _normalised(x, "batch", network["slope"], layer.name)
    beyond = [found - size for found, size in zip(x.shape[1:3], shape[:2], strict=True)]
    if any(beyond):
        x = layers.Cropping2D([(0, more) for more in beyond], name="crop")(x)
    return keras.Model(z, layers.Activation("tanh", name="tanh")(x), name="generator")


def critic(shape, network):
    """Return the network (patch float32 [batch, *shape], seed of the dropout int32 [2]) → score float32 [batch]."""
    patch, seed = keras.Input(shape, name="patch"), keras.Input(batch_shape=(2,), dtype="int32", name="dropout_seed")
    x = patch
    sizes = (network[f"critic_{kind}"] for kind in ("channels", "kernels", "strides"))
    for number, (channels, kernel, stride) in enumerate(zip(*sizes, strict=True), 1):
        name = f"critic_{number}"
        x = layers.Conv2D(channels, kernel, stride, padding="same", name=name)(x)
        x = _normalised(x, network["critic_norm"], network["slope"], name)
        if number > 1:
            x = SeededDropout(network["critic_dropout"], number, name=f"{name}_dropout")([x, seed])
    if network["critic_minibatch_deviation"]:
        x = MinibatchDeviation(name="minibatch_deviation")(x)
    x = layers.Conv2D(1, x.shape[1:3], name="score")(x)
    return keras.Model([patch, seed], layers.Reshape((), name="flat")(x), name="critic")


# Statistics of the batch, or of each patch over all its positions and channels; one scale and offset a channel.
NORMS = {"batch": layers.BatchNormalization, "layer": lambda name: layers.GroupNormalization(1, name=name)}


def _normalised(x, norm, slope, name):
    return layers.LeakyReLU(slope, name=f"{name}_leaky_relu")(NORMS[norm](name=f"{name}_norm")(x))


def _times(sizes):
    return " × ".join(map(str, sizes))


class DCGAN(TwoPlayerModel):
    """Generator and critic, trained on (patch float32 [batch, height, width, channels] in [−1, 1], label [batch]).

    The label is not looked at. All noise is drawn from (seed, step), so that a resumed run repeats it.
    """

    watched = "energy_distance"
    held_out_terms = ("energy_distance", "spread")

    def __init__(self, settings, **kwargs):
        super().__init__(**kwargs)
        self.settings = settings["adversarial"]
        self.objective = losses.OBJECTIVES[self.settings["objective"]]
        self.average_decay = self.settings["average_decay"]
        self.seed = settings["training"]["seed"]
        self.latent = settings["network"]["latent"]
        self.critic_steps = self.settings["critic_steps"]
        self.rows_per_step = settings["training"]["batch_size"] * self.critic_steps
        shape = patch_shape(settings)
        self.generator = generator(shape, settings["network"])
        self.critic = critic(shape, settings["network"])
        self.networks = {"generator": self.generator, "critic": self.critic}
        self.track_terms("loss", "critic_loss", "distance", "penalty", *self.held_out_terms)
        self.built = True

    @property
    def generator_variables(self):
        """What the generator's optimiser updates."""
        return self.generator.trainable_variables

    @property
    def averaged_variables(self):
        """Those, and the moving statistics."""
        return self.generator.variables

    @property
    def critic_variables(self):
        """What the critic's optimiser updates."""
        return self.critic.trainable_variables

    def call(self, z):
        """Return the patches of z float32 [batch, latent]; normalisation goes by its moving statistics."""
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
        """What the objective makes of the scores of the fakes."""
        step = self.optimizer.iterations
        fake = self.generator(self.draw("z of the generator's step", step, ops.shape(batch[0])[0]), training=True)
        loss = self.objective.generator(self.critic([fake, self.noise_seed("generator", step)], training=True))
        return loss, {"loss": loss}

    def critic_loss(self, batch):
        """What the objective makes of the scores, + λ · gradient penalty where the settings want it."""
        real, step = batch[0], self.critic_optimizer.iterations
        fake = self.generator(self.draw("z of the critic's step", step, ops.shape(real)[0]), training=True)
        scores = {name: self.critic([patches, self.noise_seed(name, step)], training=True)
                  for name, patches in (("real", real), ("fake", fake))}
        loss, signs = self.judge(scores["real"], scores["fake"])
        terms = {"distance": signs["gap"], **signs}
        if self.settings["constraint"] == "gradient_penalty":
            gradient = self.gradient_between(real, fake, step)
            terms["penalty"] = losses.gradient_penalty(gradient)
            terms["slope"] = ops.mean(losses.gradient_norm(gradient))
            loss = loss + self.settings["penalty_weight"] * terms["penalty"]
        return loss, {"critic_loss": loss, **terms}

    def after_critic_step(self):
        """Clip the critic's convolutions where the settings say so; its normalisation stays free."""
        if self.settings["constraint"] == "weight_clipping":
            convolutions = [layer for layer in self.critic.layers if isinstance(layer, layers.Conv2D)]
            clip_weights([weight for layer in convolutions for weight in layer.weights], self.settings["clip_limit"])

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
        return self.track({
            "distance": -losses.wasserstein(*scores),
            "energy_distance": 2 * mean_distance(real, fake) - of_real - of_fake,
            "spread": of_fake / of_real,
        })


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
