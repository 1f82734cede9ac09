"""The residual stack of MelGAN: dilated convolutions, for a large receptive field with few weights."""

from keras import layers

from vconv.layers.weight_norm import Conv1D


def residual_stack(x, kernel_size, dilations, slope, shortcut, weight_norm, name):
    """Apply, for each dilation, LeakyReLU → dilated convolution → LeakyReLU → convolution, and add the input.

    Kumar et al. 2019, arXiv 1910.06711, section 2.1. As in the Keras tutorial, the first step has no LeakyReLU at its
    beginning. With `shortcut` the input passes a convolution of kernel 1 before the addition, as in the paper.

    Parameters
    ----------
    x : KerasTensor [batch, time, channels]
    kernel_size : int
    dilations : list of int
    slope : float
        Of the LeakyReLUs below zero.
    shortcut, weight_norm : bool
    name : str
        Beginning of the names of the layers.

    Returns
    -------
    KerasTensor [batch, time, channels]
    """
    channels = x.shape[-1]
    for number, dilation in enumerate(dilations, 1):
        step = f"{name}_{number}"
        y = layers.LeakyReLU(slope, name=f"{step}_leaky_relu_1")(x) if number > 1 else x
        y = Conv1D(channels, kernel_size, dilation=dilation, weight_norm=weight_norm, name=f"{step}_dilated")(y)
        y = layers.LeakyReLU(slope, name=f"{step}_leaky_relu_2")(y)
        y = Conv1D(channels, kernel_size, weight_norm=weight_norm, name=f"{step}_conv")(y)
        if shortcut:
            x = Conv1D(channels, 1, weight_norm=weight_norm, name=f"{step}_shortcut")(x)
        x = layers.Add(name=f"{step}_add")([x, y])
    return x
