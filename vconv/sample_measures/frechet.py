"""Fréchet distance between two sets of feature vectors."""

from typing import NamedTuple

import numpy as np

from vconv.common.errors import VconvError


class Gaussian(NamedTuple):
    """The Gaussian that fits a set of vectors.

    Attributes
    ----------
    mean : ndarray [d]
    root : ndarray [min(n, d), d]
        rootᵀ·root is the covariance, divided by n − 1.
    """

    mean: np.ndarray
    root: np.ndarray


def fit(vectors):
    """Return the `Gaussian` of vectors [n, d], n ≥ 2; n may be less than d.

    Raises
    ------
    VconvError
        There are fewer than two vectors, other than two axes, or values that are not finite.
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
    """Return the squared Fréchet distance of two `Gaussian`s, as `frechet_distance` does of two sets."""
    if len(a.mean) != len(b.mean):
        raise VconvError(f"the sets have vectors of {len(a.mean)} and {len(b.mean)} features; describe both alike")
    trace = np.linalg.norm(a.root @ b.root.T, "nuc")
    distance = np.sum((a.mean - b.mean) ** 2) + np.sum(a.root**2) + np.sum(b.root**2) - 2 * trace
    return max(float(distance), 0.0)  # of equal sets, rounding may leave -1e-15


def frechet_distance(a, b):
    """Return the squared Fréchet distance between the Gaussians that fit two sets of vectors.

    |μa − μb|² + tr Σa + tr Σb − 2 tr (Σa^½ Σb Σa^½)^½, in squared units of the features; 0 for equal sets. Heusel et
    al. 2017, "GANs trained by a two time-scale update rule converge to a local Nash equilibrium", arXiv 1706.08500,
    equation 6; with features of an Inception network it is their "FID".

    The last trace is found without any product of covariances and without any square root of a matrix. With the
    centered vectors as rows, scaled so that Σa = AᵀA and Σb = BᵀB, it is the sum of the singular values of ABᵀ, since A
    and B are Σa^½ and Σb^½ up to rotations. Singular values are real and not negative, however near to singular the
    covariances are, and a null space costs no accuracy: the root of its eigenvalues would raise rounding errors of
    1e-16 to 1e-8. So there may be fewer vectors than features.

    The distance between two finite samples of one distribution is above 0, the more the fewer vectors they have: only
    numbers of equal sample sizes can be compared.

    Parameters
    ----------
    a, b : ndarray [n, d], [m, d]
        n, m ≥ 2; they may differ.

    Returns
    -------
    distance : float
        0 or more.

    Raises
    ------
    VconvError
        What `fit` refuses, or sets of different widths.
    """
    return between_gaussians(fit(a), fit(b))
