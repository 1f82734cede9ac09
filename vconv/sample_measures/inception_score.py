"""Inception score: high if each sample belongs clearly to one class and all classes occur."""

import numpy as np
from scipy.special import entr

from vconv.common.errors import VconvError


def inception_score(probabilities, weights=None):
    """Return exp(mean of KL(p(class | sample) ‖ p(class))), from 1 (worst) to the number of classes.

    Salimans et al. 2016, "Improved techniques for training GANs", arXiv 1606.03498, section 4. The score is 1 if the
    classifier gives all samples the same probabilities. It is the number of classes if each sample certainly belongs to
    one class and all classes are equally frequent. It uses no real data, so compare it with the score of real data.

    Parameters
    ----------
    probabilities : ndarray [n, classes]
        Rows sum to 1.
    weights : ndarray [resamples, n], optional
        Of the samples; each row sums to 1. Equal weights if left out.

    Returns
    -------
    score : float, or ndarray [resamples] with weights

    Raises
    ------
    VconvError
        The rows are not probabilities.
    """
    probabilities = np.asarray(probabilities, np.float64)
    if probabilities.ndim != 2 or not len(probabilities):
        raise VconvError(
            f"an inception score needs probabilities [samples, classes], found "
            f"{list(probabilities.shape)}; give those of a classifier"
        )
    if not (probabilities >= 0).all() or not np.allclose(probabilities.sum(axis=1), 1, atol=1e-3):
        raise VconvError(
            "an inception score needs rows that are not negative and sum to 1; give a classifier's "
            "probabilities, not its logits"
        )
    if weights is None:
        return float(inception_score(probabilities, np.full((1, len(probabilities)), 1 / len(probabilities)))[0])
    # mean KL(p ‖ p̄) = H(p̄) − mean H(p); `entr` defines 0 log 0 = 0
    information = entr(weights @ probabilities).sum(axis=1) - weights @ entr(probabilities).sum(axis=1)
    return np.exp(np.maximum(information, 0))
