"""Optimizers of the models."""

import keras


def adam(training, learning_rate, clip_norm=None):
    """Return Adam with `beta_1` and `beta_2` of the section `training`; `clip_norm` bounds each variable's gradient."""
    return keras.optimizers.Adam(learning_rate, training["beta_1"], training["beta_2"], clipnorm=clip_norm)
