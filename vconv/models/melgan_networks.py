"""The networks of MelGAN: generator, discriminators, and the generator's receptive field."""

import keras
from keras import layers

from vconv.layers.residual import residual_stack
from vconv.layers.subbands import TAPS_PER_BAND, JoinSubbands
from vconv.layers.weight_norm import Conv1D, Conv1DTranspose


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


def receptive_field(network, first, last):
    """Return the (first, last) frame that samples `first` to `last` depend on; they may lie outside the signal."""
    if network["bands"] > 1:
        first, last = _before_upsampling(first, last, TAPS_PER_BAND * network["bands"], network["bands"])
    first, last = _before_convolution(first, last, network["last_kernel"], 1)
    kernels, strides = network["upsampling_kernels"], network["upsampling_strides"]
    for kernel, stride in zip(reversed(kernels), reversed(strides), strict=True):
        for dilation in network["residual_dilations"]:
            for step in (1, dilation):
                first, last = _before_convolution(first, last, network["residual_kernel"], step)
        first, last = _before_upsampling(first, last, kernel, stride)
    return _before_convolution(first, last, network["start_kernel"], 1)


def _before_convolution(first, last, kernel, dilation):
    """Return the (first, last) input of a 'same' convolution of stride 1 that outputs `first` to `last` depend on."""
    before = (kernel - 1) * dilation // 2
    return first - before, last + (kernel - 1) * dilation - before


def _before_upsampling(first, last, kernel, stride):
    """Return the (first, last) input of a 'same' transposed convolution that outputs `first` to `last` depend on."""
    cropped = (kernel - stride) // 2
    return -(-(first + cropped - kernel + 1) // stride), (last + cropped) // stride


def discriminator(network):
    """Return the network waveform float32 [batch, samples, 1] → for each scale a list: feature maps, then scores."""
    wave = keras.Input((None, 1), name="wave")
    x, outputs = wave, []
    for scale in range(1, network["scales"] + 1):
        if scale > 1:
            x = layers.AveragePooling1D(2, name=f"pool_{scale}")(x)
        outputs.append(_scale(x, network, f"scale_{scale}"))
    return keras.Model(wave, outputs, name="discriminator")


def _scale(x, network, name):
    """Return the outputs of the discriminator of one scale: all activations, then the scores [batch, time, 1]."""
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
