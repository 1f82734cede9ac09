"""Examples for the fit of a speaker embedding: segments of content with the speaker's acoustic features."""

import numpy as np

from vconv.features.normalizers import AcousticNormalizer
from vconv.voices.codebook import SEGMENT_FRAMES

SEGMENTS = 64  # of the codebook, and as many at most of the new speaker
OF_NEW_SPEAKER = (False, True)  # whose segments are taken


def examples_of(frames, statistics, own, matched, weight):
    """Return examples for `vconv.adaptation.embedding.fit`.

    Parameters
    ----------
    frames : CodebookFrames
    statistics : Statistics
        Of the voice.
    own : dict
        As of `new_speaker.statistics_of`.
    matched : ndarray [n, 40]
        Acoustic features of the new speaker for all frames.
    weight : ndarray [n]
        Number of frames that were matched.

    Returns
    -------
    contents : ndarray [B, 64, C], float32
    matched : ndarray [B, 64, 40], float32
        Normalized.
    weight : ndarray [B, 64], float32
    """
    normalized = ((matched - own["acoustic_mean"]) / AcousticNormalizer(statistics).std).astype(np.float32)
    arrays = frames.content, normalized, weight.astype(np.float32)
    starts = [
        (frames.speaker[start] == frames.speakers - 1, first, min(SEGMENT_FRAMES, start + length - first))
        for start, length in zip(*frames.segments, strict=True)
        for first in range(start, start + length, SEGMENT_FRAMES)
    ]
    chosen = [part for new in OF_NEW_SPEAKER for part in _evenly([part for part in starts if part[0] == new])]
    return tuple(np.stack([_padded(array[first : first + n]) for _, first, n in chosen]) for array in arrays)


def _evenly(parts):
    return [parts[number] for number in np.unique(np.linspace(0, len(parts) - 1, SEGMENTS).round().astype(int))]


def _padded(values):
    return np.pad(values, [(0, SEGMENT_FRAMES - len(values)), *[(0, 0)] * (values.ndim - 1)])
