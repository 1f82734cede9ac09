"""Losses as pure functions: tensors in, one number a frame or a batch out; no optimiser, no logging."""
import math

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
    """Divergence KL(N(mean, exp log_variance) ‖ N(0, I)) summed over the last axis, in nats (same paper, appendix B).

    Shapes: [..., latent] twice → [...].
    """
    return 0.5 * ops.sum(ops.square(mean) + ops.exp(log_variance) - 1.0 - log_variance, axis=-1)


def wasserstein(real_scores, fake_scores):
    """The critic's loss: mean score of the fakes − mean score of the real (Arjovsky et al. 2017, arXiv 1701.07875).

    Its negative estimates the Wasserstein distance (times the critic's Lipschitz constant).
    """
    return ops.mean(fake_scores) - ops.mean(real_scores)


def gradient_penalty(gradient, epsilon=1e-12):
    """Mean of (‖gradient‖₂ − 1)², one norm a sample (Gulrajani et al. 2017, arXiv 1704.00028, equation 3).

    `gradient` is that of the critic's score by its input, [batch, ...]; `epsilon` keeps the root differentiable at 0.
    """
    norm = ops.sqrt(ops.sum(ops.square(gradient), axis=tuple(range(1, len(gradient.shape)))) + epsilon)
    return ops.mean(ops.square(norm - 1.0))


def least_squares(scores, target):
    """Mean of (score − target)², the least-squares GAN (Mao et al. 2017, arXiv 1611.04076, equation 9).

    `scores` is one tensor, or a list of tensors of any shapes (one a scale), whose means are averaged.
    """
    scores = scores if isinstance(scores, (list, tuple)) else [scores]
    return sum(ops.mean(ops.square(score - target)) for score in scores) / len(scores)


def feature_matching(real_maps, fake_maps):
    """Mean L1 distance of a discriminator's feature maps, averaged over the maps (arXiv 1910.06711, equation 4).

    Two lists of tensors of equal shapes; the gradient flows through both.
    """
    distances = [ops.mean(ops.abs(real - fake)) for real, fake in zip(real_maps, fake_maps, strict=True)]
    return sum(distances) / len(distances)


def multi_resolution_stft(real, fake, epsilon=1e-7):
    """Spectral convergence + mean L1 of log magnitudes, averaged over three resolutions.

    Yamamoto, Song & Kim 2020, arXiv 1910.11480, equations 3 to 6; windows of 512, 1024, 2048 samples.
    Shapes: [batch, samples] twice, at least 2048 samples → a number.
    """
    terms = []
    for size in STFT_SIZES:
        one, other = (ops.sqrt(tf.square(tf.math.real(x)) + tf.square(tf.math.imag(x)) + epsilon)
                      for x in (tf.signal.stft(y, size, size // 4) for y in (real, fake)))
        terms.append(tf.norm(one - other) / tf.norm(one) + ops.mean(ops.abs(ops.log(one) - ops.log(other))))
    return sum(terms) / len(terms)


def log_mel_distance(real, fake, hop, filterbank, floor_db=-60.0):
    """Mean L1 distance of two signals' mel spectrograms in dB, both raised to `floor_db` at least.

    Shapes: [batch, samples] twice, filterbank [fft_size / 2 + 1, mels] → a number.
    """
    fft_size = 2 * (filterbank.shape[0] - 1)
    levels_db = []
    for y in (real, fake):
        power = tf.square(tf.abs(tf.signal.stft(y, fft_size, hop))) @ ops.cast(filterbank, "float32")
        levels_db.append(10 / math.log(10) * ops.log(ops.maximum(power, 10 ** (floor_db / 10))))
    return ops.mean(ops.abs(levels_db[0] - levels_db[1]))
