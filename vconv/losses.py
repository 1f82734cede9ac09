"""Losses as pure functions: tensors in, one number a frame or a batch out; no optimiser, no logging."""
import math

from keras import ops


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
