"""Losses and distances as pure functions of tensors."""

import math
from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import tensorflow as tf
from keras import ops

STFT_SIZES = (512, 1024, 2048)  # samples of the windows that `multi_resolution_stft` compares


def gaussian_nll(x, mean):
    """Negative log-likelihood of `x` under a Gaussian of unit variance around `mean`, summed over the last axis.

    −log N(x; mean, I) = ½ Σ (log 2π + (x − mean)²), in nats (Kingma & Welling 2014, arXiv 1312.6114, appendix C.2).
    Shapes: [..., bins] twice → [...].
    """
    return 0.5 * ops.sum(math.log(2 * math.pi) + ops.square(x - mean), axis=-1)


def gaussian_kl(mean, log_variance):
    """Divergence KL(N(mean, exp log_variance) ‖ N(0, I)), summed over the last axis, in nats.

    Kingma & Welling 2014, arXiv 1312.6114, appendix B. Shapes: [..., latent] twice → [...].
    """
    return 0.5 * ops.sum(ops.square(mean) + ops.exp(log_variance) - 1.0 - log_variance, axis=-1)


def cross_entropy(scores, label):
    """Mean cross-entropy of a critic's scores, taken as logits, with a label in [0, 1].

    softplus(score) − label · score (Goodfellow et al. 2014, arXiv 1406.2661, equation 1). `scores` is one tensor, or a
    list of tensors of any shapes (one for each scale), whose means are averaged.
    """
    return _over_scales(lambda score: ops.mean(ops.softplus(score) - label * score), scores)


def non_saturating(real_scores, fake_scores, real_label=1.0, fake_label=0.0):
    """The discriminator's loss of the original GAN (Goodfellow et al. 2014, arXiv 1406.2661).

    Labels other than 1 and 0 are smoothed labels: 0.9 and 0 one-sided (Salimans et al. 2016, arXiv 1606.03498, section
    3.4), 0.9 and 0.1 two-sided.
    """
    return cross_entropy(real_scores, real_label) + cross_entropy(fake_scores, fake_label)


def least_squares(scores, target):
    """Mean of (score − target)², the least-squares GAN (Mao et al. 2017, arXiv 1611.04076, equation 9).

    Scores as in `cross_entropy`.
    """
    return _over_scales(lambda score: ops.mean(ops.square(score - target)), scores)


def wasserstein(real_scores, fake_scores):
    """The critic's loss: mean score of fakes − mean score of real examples.

    Its negative estimates the Wasserstein distance times the critic's Lipschitz constant (Arjovsky et al. 2017, arXiv
    1701.07875). Scores as in `cross_entropy`.
    """
    return mean_score(fake_scores) - mean_score(real_scores)


def mean_score(scores):
    """Mean of scores as in `cross_entropy`."""
    return _over_scales(ops.mean, scores)


def _over_scales(term, scores):
    """Return the mean of a term over a list of tensors, or the term of one tensor."""
    scores = scores if isinstance(scores, (list, tuple)) else [scores]
    return sum(term(score) for score in scores) / len(scores)


class Objective(NamedTuple):
    """Losses of critic and generator: `critic(real_scores, fake_scores)` and `generator(fake_scores)`."""

    critic: Callable
    generator: Callable


def _toward_real(fake_scores):
    """The generator's loss −log D(fake), the form of the original GAN whose gradient does not vanish."""
    return cross_entropy(fake_scores, 1.0)


OBJECTIVES = {  # the setting `adversarial.objective`
    "non_saturating": Objective(non_saturating, _toward_real),
    "non_saturating_one_sided": Objective(partial(non_saturating, real_label=0.9), _toward_real),
    "non_saturating_two_sided": Objective(partial(non_saturating, real_label=0.9, fake_label=0.1), _toward_real),
    "least_squares": Objective(
        lambda real, fake: least_squares(real, 1.0) + least_squares(fake, 0.0), lambda fake: least_squares(fake, 1.0)
    ),
    "wasserstein": Objective(wasserstein, lambda fake: -mean_score(fake)),
}


def interpolate(real, fake, share):
    """Return the points real + share · (fake − real), where WGAN-GP takes its penalty (arXiv 1704.00028, algorithm 1).

    `share`, in [0, 1], has shape [batch]; real and fake have [batch, ...].
    """
    return real + ops.reshape(share, (-1,) + (1,) * (len(real.shape) - 1)) * (fake - real)


def gradient_norm(gradient, epsilon=1e-12):
    """Return ‖gradient‖₂ of each example, [batch, ...] → [batch]; `epsilon` keeps the root differentiable at 0."""
    return ops.sqrt(ops.sum(ops.square(gradient), axis=tuple(range(1, len(gradient.shape)))) + epsilon)


def gradient_penalty(gradient, epsilon=1e-12):
    """Mean over examples of (‖gradient‖₂ − 1)² (Gulrajani et al. 2017, arXiv 1704.00028, equation 3).

    `gradient` is that of the critic's score with respect to its input, [batch, ...].
    """
    return ops.mean(ops.square(gradient_norm(gradient, epsilon) - 1.0))


def feature_matching(real_maps, fake_maps):
    """Mean L1 distance of a discriminator's feature maps, averaged over the maps (arXiv 1910.06711, equation 4).

    The arguments are two lists of tensors of equal shapes; the gradient flows through both.
    """
    distances = [ops.mean(ops.abs(real - fake)) for real, fake in zip(real_maps, fake_maps, strict=True)]
    return sum(distances) / len(distances)


def mean_feature_distance(real, fake):
    """Mean square of the difference of two batches' mean features.

    Feature matching for examples without correspondence (Salimans et al. 2016, arXiv 1606.03498, section 3.1).
    Shapes: [batch, ...] twice → scalar.
    """
    return ops.mean(ops.square(ops.mean(real, axis=0) - ops.mean(fake, axis=0)))


def multi_resolution_stft(real, fake, epsilon=1e-7):
    """Spectral convergence + mean L1 distance of log magnitudes, averaged over three resolutions.

    Yamamoto, Song & Kim 2020, arXiv 1910.11480, equations 3 to 6; windows of 512, 1024 and 2048 samples.
    Shapes: [batch, samples] twice, at least 2048 samples → scalar.
    """
    terms = []
    for size in STFT_SIZES:
        of_real, of_fake = (
            ops.sqrt(tf.square(tf.math.real(x)) + tf.square(tf.math.imag(x)) + epsilon)
            for x in (tf.signal.stft(y, size, size // 4) for y in (real, fake))
        )
        terms.append(
            tf.norm(of_real - of_fake) / tf.norm(of_real) + ops.mean(ops.abs(ops.log(of_real) - ops.log(of_fake)))
        )
    return sum(terms) / len(terms)


def log_mel_distance(real, fake, hop, filterbank, floor_db=-60.0):
    """Mean L1 distance of two signals' mel spectrograms in dB; lower levels count as `floor_db`.

    Shapes: [batch, samples] twice, filterbank [fft_size / 2 + 1, mels] → scalar.
    """
    fft_size = 2 * (filterbank.shape[0] - 1)
    levels_db = []
    for y in (real, fake):
        power = tf.square(tf.abs(tf.signal.stft(y, fft_size, hop))) @ ops.cast(filterbank, "float32")
        levels_db.append(10 / math.log(10) * ops.log(ops.maximum(power, 10 ** (floor_db / 10))))
    return ops.mean(ops.abs(levels_db[0] - levels_db[1]))


def mean_distance(patches, others=None):
    """Mean root-mean-square distance of each of `patches` from each of `others`, or from the rest of `patches`.

    Shapes: [n, height, width, channels], [m, height, width, channels] → scalar.
    """
    x, y = (ops.reshape(z, (ops.shape(z)[0], -1)) for z in (patches, patches if others is None else others))
    squares = ops.sum(ops.square(x), 1)[:, None] + ops.sum(ops.square(y), 1) - 2 * ops.matmul(x, ops.transpose(y))
    distances = ops.sqrt(ops.maximum(squares, 0.0) / math.prod(patches.shape[1:]))
    if others is not None:
        return ops.mean(distances)
    count = ops.cast(ops.shape(x)[0], "float32")
    return ops.sum(distances * (1.0 - tf.eye(tf.shape(x)[0]))) / (count * (count - 1.0))
