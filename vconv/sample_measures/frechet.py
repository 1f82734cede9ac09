"""Fréchet distance between two sets of feature vectors."""

from typing import NamedTuple

import numpy as np

from vconv.common.errors import VconvError


class Gaussian(NamedTuple):
    """The Gaussian fitted to a set of vectors.

    Attributes
    ----------
    mean : ndarray [d]
    root : ndarray [min(n, d), d]
        rootᵀ·root is the covariance, with the factor 1 / (n − 1).
    """

    mean: np.ndarray
    root: np.ndarray


def fit(vectors):
    """Fit a `Gaussian` to vectors [n, d], n ≥ 2; n may be less than d.

    Raises
    ------
    VconvError
        There are fewer than two vectors, the array has not two axes, or a value is not finite.
    """
    vectors = np.asarray(vectors, np.float64)
    if vectors.ndim != 2 or len(vectors) < 2:
        raise VconvError(
            f"a Fréchet distance needs sets of shape [2 or more, features], found {list(vectors.shape)}; "
            "give more samples"
        )
    if not np.isfinite(vectors).all():
        raise VconvError("a Fréchet distance needs finite features, found NaN or infinity; check the samples")
    mean = vectors.mean(axis=0)
    centered = (vectors - mean) / np.sqrt(len(vectors) - 1)
    return Gaussian(mean, np.linalg.qr(centered, mode="r") if len(centered) > centered.shape[1] else centered)


def between_gaussians(a, b):
    """Return the squared Fréchet distance between two `Gaussian`s; see `frechet_distance`."""
    if len(a.mean) != len(b.mean):
        raise VconvError(
            f"the sets have vectors of {len(a.mean)} and {len(b.mean)} features; use the same features for both"
        )
    trace = np.linalg.norm(a.root @ b.root.T, "nuc")
    distance = np.sum((a.mean - b.mean) ** 2) + np.sum(a.root**2) + np.sum(b.root**2) - 2 * trace
    return max(float(distance), 0.0)  # rounding may give -1e-15 for equal sets


def frechet_distance(a, b):
    """Return the squared Fréchet distance between the Gaussians fitted to two sets of vectors.

    |μa − μb|² + tr Σa + tr Σb − 2 tr (Σa^½ Σb Σa^½)^½, in squared units of the features; 0 for equal sets. Heusel et
    al. 2017, "GANs trained by a two time-scale update rule converge to a local Nash equilibrium", arXiv 1706.08500,
    equation 6. With features of an Inception network it is the "FID" of that paper.

    The last trace is computed without a product of covariances and without a matrix square root. Let the rows of A and
    B be the centered vectors, scaled so that Σa = AᵀA and Σb = BᵀB. A and B equal Σa^½ and Σb^½ up to rotations, so the
    trace is the sum of the singular values of ABᵀ. Singular values are real and not negative even if a covariance is
    singular. So there may be fewer vectors than features. The square root of a covariance would be less accurate: the
    root of an eigenvalue that is 0 amplifies a rounding error of 1e-16 to 1e-8.

    The distance between two finite samples of the same distribution is above 0, and larger for fewer vectors. So only
    distances of equal sample sizes can be compared.

    Parameters
    ----------
    a, b : ndarray [n, d], [m, d]
        n, m ≥ 2; n and m may differ.

    Returns
    -------
    distance : float
        0 or more.

    Raises
    ------
    VconvError
        As `fit`, or the sets have different numbers of features.
    """
    return between_gaussians(fit(a), fit(b))
