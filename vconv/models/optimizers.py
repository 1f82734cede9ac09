"""The optimizers of the models."""

import keras


def adam(training, learning_rate, clip_norm=None):
    """Return Adam with the betas of the settings; `clip_norm` bounds the norm of each variable's gradient."""
    return keras.optimizers.Adam(learning_rate, training["beta_1"], training["beta_2"], clipnorm=clip_norm)
