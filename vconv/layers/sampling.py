"""Sampling of the Gaussian latent of a variational autoencoder."""

from keras import ops


def sample_code(mean, log_variance, noise):
    """Draw z = mean + exp(log_variance / 2) · noise (Kingma & Welling 2014, arXiv 1312.6114, section 2.4).

    All arguments are float32 [batch, latent]. The caller draws `noise` from N(0, 1), because it has the seed.
    """
    return mean + ops.exp(0.5 * log_variance) * noise
