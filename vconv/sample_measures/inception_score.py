"""Inception score: are the samples clearly of one class each, and of all classes together?"""

import numpy as np
from scipy.special import entr

from vconv.common.errors import VconvError


def inception_score(probabilities, weights=None):
    """Return exp(mean of KL(p(class | sample) ‖ p(class))): 1, worst, to the number of classes.

    Salimans et al. 2016, "Improved techniques for training GANs", arXiv 1606.03498, section 4. It is 1 where the
    classifier says the same of every sample, be it surely one class or a shrug, and the number of classes where it is
    sure of every sample and all classes are equally frequent. It never looks at data: compare it with that of data.

    Parameters
    ----------
    probabilities : ndarray [n, classes]
        Rows sum to 1.
    weights : ndarray [resamples, n], optional
        Of the samples; each row sums to 1. All alike when left out.

    Returns
    -------
    score : float, or ndarray [resamples] with weights

    Raises
    ------
    VconvError
        The array holds no rows of probabilities.
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
    # mean KL(p ‖ p̄) = H(p̄) − mean H(p), which is 0 log 0 = 0 all by itself
    information = entr(weights @ probabilities).sum(axis=1) - weights @ entr(probabilities).sum(axis=1)
    return np.exp(np.maximum(information, 0))
