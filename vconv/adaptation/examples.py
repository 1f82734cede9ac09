"""Examples of a new speaker: segments for the fit of the embedding, and recorded frames for the correction."""

import numpy as np

from vconv.features.normalizers import AcousticNormalizer
from vconv.spectral_conversion.example_correction import around
from vconv.voices.codebook import SEGMENT_FRAMES

SEGMENTS = 64  # of the codebook, and as many at most of the new speaker, to which the embedding is fitted
RECORDED = 6000  # frames for the correction, 60 s of speech, at most: the time of a comparison grows with them


def segments_of(frames, statistics, own, matched, weight, new, most):
    """Return up to `most` segments, evenly spread, of the new speaker if `new`, otherwise of the codebook.

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
    new : bool
    most : int

    Returns
    -------
    contents : ndarray [B, 64, C], float32
    matched : ndarray [B, 64, 40], float32
        Normalized.
    weight : ndarray [B, 64], float32
    """
    normalized = _normalized(matched, statistics, own)
    arrays = frames.content, normalized, weight.astype(np.float32)
    starts = [
        (first, min(SEGMENT_FRAMES, start + length - first))
        for start, length in zip(*frames.segments, strict=True)
        for first in range(start, start + length, SEGMENT_FRAMES)
        if (frames.speaker[start] == frames.speakers - 1) == new
    ]
    chosen = _evenly(starts, most)
    return tuple(np.stack([_padded(array[first : first + n]) for first, n in chosen]) for array in arrays)


def recorded_examples(frames, statistics, own, network, embedding):
    """Return `predicted` and `recorded` of `example_correction.Examples` of the new speaker.

    Parameters
    ----------
    frames, statistics, own
        As of `segments_of`.
    network : callable
        As of `vconv.adaptation.embedding.fit`.
    embedding : ndarray [E], float32
        Of the new speaker.

    Returns
    -------
    predicted : ndarray [n, 3, 40], float32
    recorded : ndarray [n, 40], float32
        Of the speech frames, evenly spread if there are more than `RECORDED`.
    """
    utterances = [
        slice(start, start + length)
        for start, length in zip(*frames.segments, strict=True)
        if frames.speaker[start] == frames.speakers - 1
    ]
    predicted = np.concatenate([around(network(frames.content[None, part], embedding)[0]) for part in utterances])
    of_speaker = frames.speaker == frames.speakers - 1
    recorded, speech = _normalized(frames.acoustic[of_speaker], statistics, own), frames.speech[of_speaker]
    chosen = _evenly(np.flatnonzero(speech), RECORDED)
    return predicted[chosen], recorded[chosen]


def _normalized(acoustic, statistics, own):
    """Return acoustic features [n, 40] of the new speaker, normalized, float32."""
    return AcousticNormalizer(statistics).forward(acoustic, own["acoustic_mean"])


def _evenly(values, count):
    """Return `count` of the values, evenly spread, or all if there are fewer."""
    numbers = np.linspace(0, len(values) - 1, min(count, len(values))).round().astype(int)
    return [values[number] for number in numbers]


def _padded(values):
    return np.pad(values, [(0, SEGMENT_FRAMES - len(values)), *[(0, 0)] * (values.ndim - 1)])
