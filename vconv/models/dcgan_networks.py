"""DCGAN's networks: a generator of transposed convolutions or of LSTMs, and the critic.

Real and imaginary part of a constant-Q transform are two channels of 2-D convolutions, not an axis of 3-D ones. On an
axis of length two a kernel has no neighborhood; as channels, each layer combines both parts at half the cost.
"""

import math

import keras
from keras import layers

from vconv.audio.images import CHANNELS
from vconv.common.errors import VconvError
from vconv.layers.dropout import SeededDropout
from vconv.layers.growing import Growing
from vconv.layers.minibatch import MinibatchStd
from vconv.layers.upsampling import Upsampling, plan_upsampling
from vconv.layers.upsampling import check as check_kernel

AXES = ("height", "width")
LARGEST_START = 32  # height or width of the generator's start map
# Statistics of the batch, or of each patch over all positions and channels; each channel has one scale and offset.
NORMS = {
    "batch": layers.BatchNormalization,
    "layer": lambda name: layers.GroupNormalization(1, name=name),
    "none": lambda name: lambda x: x,
}


def patch_shape(settings):
    """Return (height, width, channels) of a patch: frequency, time, and the channels of the kind of spectrogram."""
    spectrogram = settings["spectrogram"]
    return spectrogram["height"], spectrogram["width"], CHANNELS[spectrogram["kind"]]


def check_network(settings):
    """Raise a VconvError for settings from which no network can be built."""
    network = settings["network"]
    layer_count = len(network["upsampling_channels"]) + 1
    entries = {f"{axis}_{kind}": layer_count for axis in AXES for kind in ("kernels", "strides")}
    for key, count in (entries | {"critic_strides": len(network["critic_channels"])}).items():
        if len(network[key]) != count:
            given = len(network[key])
            raise VconvError(f"dcgan: network.{key}: has {given} entries for {count} layers; give one for each layer")
    if len(network["critic_channels"]) < 2:
        raise VconvError("dcgan: network.critic_channels: has 1 entry; give two or more")
    if network["generator"] == "convolutional":
        _check_start(patch_shape(settings), network)


def _check_start(shape, network):
    """Raise a VconvError if the start map would be large; it proposes strides for a small one."""
    start, stack = upsampling_stack(shape, network)
    if max(start) <= LARGEST_START:
        return
    plan = plan_upsampling(shape[:2], len(stack))
    proposal = [
        f"network.{axis}_{kind}=[{','.join(str(getattr(layer, kind[:-1])[number]) for layer in plan.stack)}]"
        for number, axis in enumerate(AXES)
        for kind in ("strides", "kernels")
    ]
    raise VconvError(
        f"dcgan: patches of {_times(shape[:2])} would begin with a map of {_times(start)}, larger than "
        f"{LARGEST_START} a side; use larger strides, for example --set {' --set '.join(proposal)}, which "
        f"begin with {_times(plan.start)}"
    )


def upsampling_stack(shape, network):
    """Return the start sizes and the list of `Upsampling` of a generator whose output has `shape` or slightly more."""
    kernels, strides = (
        zip(*(network[f"{axis}_{kind}"] for axis in AXES), strict=True) for kind in ("kernels", "strides")
    )
    sizes = enumerate(zip(kernels, strides, strict=True), 1)
    stack = [Upsampling(f"upsampling_{number}", kernel, stride) for number, (kernel, stride) in sizes]
    factors = [math.prod(layer.stride[axis] for layer in stack) for axis in (0, 1)]
    return tuple(-(-size // factor) for size, factor in zip(shape[:2], factors, strict=True)), stack


def generator(shape, network, grows=False):
    """Return the network z float32 [batch, latent] → patches float32 [batch, *shape] in [−1, 1].

    With `grows` it has a layer "growing", a `vconv.layers.growing.Growing`; only convolutional generators can grow.
    """
    return GENERATORS[network["generator"]](shape, network, **({"grows": True} if grows else {}))


def convolutional_generator(shape, network, grows=False):
    """Return the generator of transposed convolutions; with `grows` also outputs of lower resolutions are mixed in."""
    z = keras.Input((network["latent"],), name="z")
    start, stack = upsampling_stack(shape, network)
    x = layers.Dense(math.prod(start) * network["start_channels"], use_bias=False, name="start")(z)
    x = _normalized(x, "batch", network["slope"], "start")
    x = layers.Reshape((*start, network["start_channels"]), name="start_map")(x)
    coarser, factors = [], []
    for number, (layer, channels) in enumerate(zip(stack, [*network["upsampling_channels"], shape[-1]], strict=True)):
        check_kernel(layer.name, layer.kernel, layer.stride)
        if grows and max(layer.stride) > 1:
            coarser.append(layers.Conv2D(shape[-1], 1, use_bias=False, name=f"coarse_{len(coarser) + 1}")(x))
            factors.append([math.prod(later.stride[axis] for later in stack[number:]) for axis in (0, 1)])
        x = layers.Conv2DTranspose(
            channels, layer.kernel, layer.stride, padding="same", use_bias=False, name=layer.name
        )(x)
        if layer is not stack[-1]:
            x = _normalized(x, "batch", network["slope"], layer.name)
    if coarser:
        x = Growing(factors, name="growing")([*coarser, x])
    excess = [length - size for length, size in zip(x.shape[1:3], shape[:2], strict=True)]
    if any(excess):
        x = layers.Cropping2D([(0, cropped) for cropped in excess], name="crop")(x)
    return keras.Model(z, layers.Activation("tanh", name="tanh")(x), name="generator")


def recurrent_generator(shape, network):
    """Return the generator of LSTMs over time, with z as the input of each frame."""
    height, width, channels = shape
    z = keras.Input((network["latent"],), name="z")
    x = layers.RepeatVector(width, name="frames")(z)
    for number in range(1, network["lstm_layers"] + 1):
        x = layers.LSTM(network["lstm_units"], return_sequences=True, name=f"lstm_{number}")(x)
    x = layers.Dense(height * channels, activation="tanh", name="tanh")(x)
    x = layers.Reshape((width, height, channels), name="patch")(x)
    return keras.Model(z, layers.Permute((2, 1, 3), name="upright")(x), name="generator")


GENERATORS = {"convolutional": convolutional_generator, "lstm": recurrent_generator}


def critic(shape, network):
    """Return the network (patch float32 [batch, *shape], seed of the dropout int32 [2]) → score float32 [batch]."""
    patch, seed = keras.Input(shape, name="patch"), keras.Input(batch_shape=(2,), dtype="int32", name="dropout_seed")
    x = patch
    sizes = (network[f"critic_{kind}"] for kind in ("channels", "kernels", "strides"))
    for number, (channels, kernel, stride) in enumerate(zip(*sizes, strict=True), 1):
        name = f"critic_{number}"
        x = layers.Conv2D(channels, kernel, stride, padding="same", name=name)(x)
        x = _normalized(x, network["critic_norm"], network["slope"], name)
        if number > 1:
            x = SeededDropout(network["critic_dropout"], number, name=f"{name}_dropout")([x, seed])
    if network["critic_minibatch_std"]:
        x = MinibatchStd(name="minibatch_std")(x)
    x = layers.Conv2D(1, x.shape[1:3], name="score")(x)
    return keras.Model([patch, seed], layers.Reshape((), name="flat")(x), name="critic")


def _normalized(x, norm, slope, name):
    return layers.LeakyReLU(slope, name=f"{name}_leaky_relu")(NORMS[norm](name=f"{name}_norm")(x))


def _times(sizes):
    return " × ".join(map(str, sizes))
