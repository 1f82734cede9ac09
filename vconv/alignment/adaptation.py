"""One voice moved into another without parallel sentences (Erro, Moreno and Bonafonte 2010, INCA)."""

import numpy as np

from vconv.alignment.neighbors import both_ways
from vconv.audio.mel_cepstrum import frequency_warp
from vconv.features.cepstra import SHAPE

WARP_FRAMES = 3000
WARPS = 7
SMALLEST_DEVIATION = 0.1  # of what a map leaves; less is seen only where there are next to no rows


def adapt(source, target, settings):
    """Move one `Voice` so that its rows lie among those of another.

    The beginning is the frequency warp, a longer or shorter vocal tract, that brings the two nearest each other. Then
    in turns each row is paired with its nearest neighbor, both ways, and an affine map is fitted to the pairs. A map
    fitted to pairs that are partly wrong shrinks what it moves, and what is shrunk is near everything; so each time
    mean and deviation are made the target's.

    Parameters
    ----------
    source, target : vconv.alignment.speaker_frames.Voice
    settings : dict
        The section `adaptation` of match.yaml.

    Returns
    -------
    shape : ndarray [m, 24], float32
        The source's coefficients in the target's place, for `Voice.place`.
    """
    shape = _warped(source, target, settings["warp"])
    here, there = source.some(settings["frames"]), target.some(settings["frames"])
    known = target.place(target.shape, there)
    for _ in range(settings["rounds"]):
        pairs = near_pairs(source.place(shape, here), known, settings["keep"])
        goal = target.shape[there[pairs[:, 1]]]
        shape = apply(fit_speaker_transform(source, here[pairs[:, 0]], goal, settings["ridge"]), source.shape)
    return shape


def fit_speaker_transform(voice, chosen, goal, ridge):
    """Return the affine map [25, 24] of a voice's coefficients that takes the rows `chosen` [n] to `goal` [n, 24].

    It leaves the spoken rows their mean 0 and deviation 1.
    """
    affine = fit(voice.shape[chosen], goal, ridge)
    spoken = apply(affine, voice.shape[voice.spoken])
    affine[-1] -= spoken.mean(axis=0)
    return affine / np.maximum(spoken.std(axis=0), SMALLEST_DEVIATION)


def apply(affine, values):
    """Return `values` [n, D], mapped."""
    return values @ affine[:-1] + affine[-1]


def near_pairs(here, there, keep):
    """Return the share `keep` of the pairs of neighbors [n, 2], both ways, that are nearest each other."""
    pairs, distances = both_ways(here, there)
    return pairs[distances <= np.quantile(distances, keep)]


def fit(x, y, ridge):
    """Return the affine map [D + 1, D] that takes x to y with least squared error; `ridge` draws it to the identity.

    The identity rather than nothing, because a speaker of whom there are but seconds is better left where he is. The
    constant is free.
    """
    x1 = np.concatenate([x, np.ones((len(x), 1), x.dtype)], axis=1)
    gram = (x1.T @ x1).astype(np.float64)
    gram[np.diag_indices(x.shape[1])] += ridge
    change = np.linalg.solve(gram, (x1.T @ (y - x)).astype(np.float64))
    change[np.diag_indices(x.shape[1])] += 1
    return change.astype(np.float32)


def _warped(source, target, most):
    """Return the source's coefficients [m, 24], warped by what brings them nearest the target's."""
    here, there = source.some(WARP_FRAMES), target.some(WARP_FRAMES)
    known, order = target.place(target.shape, there), source.said.shape[1]

    def warped(alpha):
        return source.normalized((source.said @ frequency_warp(order, order - 1, alpha))[:, SHAPE])

    def distance(shape):
        return both_ways(source.place(shape, here), known)[1].mean()

    return min(map(warped, np.linspace(-most, most, WARPS)), key=distance)
