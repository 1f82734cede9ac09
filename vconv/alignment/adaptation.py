"""Adaptation of one speaker's frames to another's without parallel sentences (INCA, Erro et al. 2010)."""

import numpy as np

from vconv.alignment.neighbors import both_ways
from vconv.audio.mel_cepstrum import frequency_warp
from vconv.features.acoustic import TRANSFORMED

WARP_FRAMES = 3000
WARPS = 7
SMALLEST_STD = 0.1  # of transformed coefficients; smaller ones occur only where there are next to no frames


def adapt(source, target, settings):
    """Move the coefficients of one `SpeakerFrames` so that its frames lie among those of another.

    The first step is the frequency warp, a longer or shorter vocal tract, that brings the two nearest each other. Then,
    in turns, each frame is paired with its nearest neighbor, both ways, and an affine transform is fitted to the pairs.
    A transform fitted to partly wrong pairs shrinks the coefficients, and shrunk frames are near all others. Therefore
    each round restores the target's mean and standard deviation.

    Parameters
    ----------
    source, target : vconv.alignment.speaker_frames.SpeakerFrames
    settings : dict
        The section `adaptation` of match.yaml.

    Returns
    -------
    coefficients : ndarray [m, 24], float32
        The source's coefficients among the target's, for `SpeakerFrames.alignment_features`.
    """
    coefficients = _warped(source, target, settings["warp"])
    here, there = source.subset(settings["frames"]), target.subset(settings["frames"])
    known = target.alignment_features(target.coefficients, there)
    for _ in range(settings["rounds"]):
        pairs = near_pairs(source.alignment_features(coefficients, here), known, settings["keep"])
        goal = target.coefficients[there[pairs[:, 1]]]
        transform = fit_speaker_transform(source, here[pairs[:, 0]], goal, settings["ridge"])
        coefficients = apply_affine(transform, source.coefficients)
    return coefficients


def fit_speaker_transform(speaker, chosen, goal, ridge):
    """Return the affine transform [25, 24] of a speaker's coefficients that takes the frames `chosen` [n] to `goal`.

    The transformed speech frames have mean 0 and standard deviation 1, as before.

    Parameters
    ----------
    speaker : vconv.alignment.speaker_frames.SpeakerFrames
    chosen : ndarray [n], int64
    goal : ndarray [n, 24]
    ridge : float
        As of `fit_affine`.
    """
    affine = fit_affine(speaker.coefficients[chosen], goal, ridge)
    speech = apply_affine(affine, speaker.coefficients[speaker.speech])
    affine[-1] -= speech.mean(axis=0)
    return affine / np.maximum(speech.std(axis=0), SMALLEST_STD)


def apply_affine(affine, values):
    """Return `values` [n, D], transformed by `affine` [D + 1, D], whose last row is the offset."""
    return values @ affine[:-1] + affine[-1]


def near_pairs(here, there, keep):
    """Return the share `keep` of the pairs of neighbors [n, 2], both ways, that are nearest each other."""
    pairs, distances = both_ways(here, there)
    return pairs[distances <= np.quantile(distances, keep)]


def fit_affine(x, y, ridge):
    """Return the affine transform [D + 1, D] that takes x to y with least squared error.

    `ridge` draws its matrix to the identity, so that a speaker with seconds of speech is hardly moved. The offset is
    free.
    """
    x1 = np.concatenate([x, np.ones((len(x), 1), x.dtype)], axis=1)
    gram = (x1.T @ x1).astype(np.float64)
    gram[np.diag_indices(x.shape[1])] += ridge
    change = np.linalg.solve(gram, (x1.T @ (y - x)).astype(np.float64))
    change[np.diag_indices(x.shape[1])] += 1
    return change.astype(np.float32)


def _warped(source, target, most):
    """Return the source's coefficients [m, 24] after the frequency warp that brings them nearest the target's."""
    here, there = source.subset(WARP_FRAMES), target.subset(WARP_FRAMES)
    known, order = target.alignment_features(target.coefficients, there), source.acoustic.shape[1]

    def warped(alpha):
        return source.normalized((source.acoustic @ frequency_warp(order, order - 1, alpha))[:, TRANSFORMED])

    def distance(coefficients):
        return both_ways(source.alignment_features(coefficients, here), known)[1].mean()

    return min(map(warped, np.linspace(-most, most, WARPS)), key=distance)
