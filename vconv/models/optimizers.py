"""Optimizers of the models."""

import keras


def adam(training, learning_rate, clip_norm=None):
    """Return Adam with `beta_1` and `beta_2` of the section `training`; `clip_norm` bounds each variable's gradient."""
    return keras.optimizers.Adam(learning_rate, training["beta_1"], training["beta_2"], clipnorm=clip_norm)


def chosen(training, learning_rate):
    """Return the optimizer that `optimizer` of the section `training` names.

    RMSprop divides a gradient by the root of its mean square, which decays by `beta_2` (Tieleman and Hinton 2012).
    """
    if training["optimizer"] == "rmsprop":
        return keras.optimizers.RMSprop(learning_rate, rho=training["beta_2"])
    return adam(training, learning_rate)
