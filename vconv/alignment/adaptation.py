"""Adaptation of a speaker's frames to another speaker without parallel sentences (INCA, Erro et al. 2010)."""

import numpy as np

from vconv.alignment.neighbors import both_ways
from vconv.audio.mel_cepstrum import frequency_warp
from vconv.features.acoustic import TRANSFORMED

WARP_FRAMES = 3000  # of each speaker, at most, for the choice of the warp
WARPS = 7  # warps that are compared
SMALLEST_STD = 0.1  # of transformed coefficients; smaller ones occur only with very few frames


def adapt(source, target, settings):
    """Transform a speaker's coefficients so that its frames lie among those of another speaker.

    The first step is the frequency warp, a longer or shorter vocal tract, with the smallest mean distance between the
    speakers. Each of the following rounds pairs each frame with its nearest neighbor, in both directions, and fits an
    affine transform to the pairs. A fit to partly wrong pairs reduces the variance of the coefficients, and frames of
    low variance are close to all others. Therefore each round restores mean and standard deviation.

    Parameters
    ----------
    source, target : vconv.alignment.speaker_frames.SpeakerFrames
    settings : dict
        The section `adaptation` of match.yaml.

    Returns
    -------
    coefficients : ndarray [m, 24], float32
        The source's coefficients, adapted to the target, for `SpeakerFrames.alignment_features`.
    """
    coefficients = _warped(source, target, settings["warp"])
    source_frames, target_frames = source.subset(settings["frames"]), target.subset(settings["frames"])
    target_features = target.alignment_features(target.coefficients, target_frames)
    for _ in range(settings["rounds"]):
        source_features = source.alignment_features(coefficients, source_frames)
        pairs = near_pairs(source_features, target_features, settings["keep"])
        matched = target.coefficients[target_frames[pairs[:, 1]]]
        transform = fit_speaker_transform(source, source_frames[pairs[:, 0]], matched, settings["ridge"])
        coefficients = apply_affine(transform, source.coefficients)
    return coefficients


def fit_speaker_transform(speaker, chosen, matched, ridge):
    """Return the affine transform [25, 24] that maps some frames of a speaker to the frames paired with them.

    Speech frames have mean 0 and standard deviation 1 before and after the transform.

    Parameters
    ----------
    speaker : vconv.alignment.speaker_frames.SpeakerFrames
    chosen : ndarray [n], int64
        Numbers of the frames.
    matched : ndarray [n, 24]
        Coefficients of the paired frames.
    ridge : float
        As of `fit_affine`.
    """
    affine = fit_affine(speaker.coefficients[chosen], matched, ridge)
    speech = apply_affine(affine, speaker.coefficients[speaker.speech])
    affine[-1] -= speech.mean(axis=0)
    return affine / np.maximum(speech.std(axis=0), SMALLEST_STD)


def apply_affine(affine, values):
    """Return `values` [n, D] transformed by `affine` [D + 1, D], whose last row is the offset."""
    return values @ affine[:-1] + affine[-1]


def near_pairs(source, target, keep):
    """Return pairs of nearest neighbors, in both directions, of two sets of vectors.

    Parameters
    ----------
    source : ndarray [n, D], float32
    target : ndarray [m, D], float32
    keep : float
        Share of the pairs, the nearest ones, that are returned.

    Returns
    -------
    pairs : ndarray [k, 2], int64
        Indices into `source` and `target`.
    """
    pairs, distances = both_ways(source, target)
    return pairs[distances <= np.quantile(distances, keep)]


def fit_affine(x, y, ridge):
    """Return the affine transform [D + 1, D] that maps x [n, D] to y [n, D] with the least squared error.

    `ridge` is the weight, in frames, that draws the matrix to the identity, so that it changes little for a speaker
    with seconds of speech. It does not apply to the offset.
    """
    x1 = np.concatenate([x, np.ones((len(x), 1), x.dtype)], axis=1)
    gram = (x1.T @ x1).astype(np.float64)
    gram[np.diag_indices(x.shape[1])] += ridge
    change = np.linalg.solve(gram, (x1.T @ (y - x)).astype(np.float64))
    change[np.diag_indices(x.shape[1])] += 1
    return change.astype(np.float32)


def _warped(source, target, largest):
    """Return the source's coefficients [m, 24] after the frequency warp with the smallest distance to the target.

    The all-pass coefficients from −`largest` to `largest` are compared by the mean distance to nearest neighbors.
    """
    source_frames, target_frames = source.subset(WARP_FRAMES), target.subset(WARP_FRAMES)
    target_features, order = target.alignment_features(target.coefficients, target_frames), source.acoustic.shape[1]

    def warped(alpha):
        return source.normalized((source.acoustic @ frequency_warp(order, order - 1, alpha))[:, TRANSFORMED])

    def distance(coefficients):
        return both_ways(source.alignment_features(coefficients, source_frames), target_features)[1].mean()

    return min(map(warped, np.linspace(-largest, largest, WARPS)), key=distance)
