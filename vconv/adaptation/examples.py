"""Examples of a new speaker: segments for the fit of the embedding, and recorded frames for the correction."""

import sys
from dataclasses import replace

import numpy as np

from vconv.features.normalizers import AcousticNormalizer
from vconv.spectral_conversion.example_correction import around
from vconv.voices.codebook import SEGMENT_FRAMES

SEGMENTS = 64  # of the codebook, and as many at most of the new speaker, to which the embedding is fitted
RECORDED = 6000  # frames for the correction, 60 s of speech, at most: the time of a comparison grows with them


class SpeakerExamples:
    """What shows how the new speaker sounds: recorded frames, and frames of the codebook with matched features.

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
    """

    def __init__(self, frames, statistics, own, matched, weight):
        self._statistics, self._own_std = statistics, own["acoustic_std"]
        normalizer = AcousticNormalizer(statistics)
        self._frames, self._new = frames, frames.speaker == frames.speakers - 1
        self._recorded = normalizer.forward(frames.acoustic[self._new], own["acoustic_mean"])
        matched = normalizer.forward(matched, own["acoustic_mean"])
        self._arrays = frames.content, matched, weight.astype(np.float32)

    def segments(self, new, most=sys.maxsize):
        """Return up to `most` segments, evenly spread, of the new speaker if `new`, otherwise of the codebook.

        Returns
        -------
        contents : ndarray [B, 64, C], float32
        matched : ndarray [B, 64, 40], float32
            Normalized.
        weight : ndarray [B, 64], float32
        """
        starts = [
            (first, min(SEGMENT_FRAMES, start + length - first))
            for start, length in zip(*self._frames.segments, strict=True)
            for first in range(start, start + length, SEGMENT_FRAMES)
            if self._new[start] == new
        ]
        chosen = _evenly(starts, most)
        return tuple(np.stack([_padded(array[first : first + n]) for first, n in chosen]) for array in self._arrays)

    def content_rule(self):
        """Return the `ContentFromAcoustic` of the new speaker alone; None if the content encoder has no rule."""
        known = self._statistics
        with_new = replace(
            known,
            speakers=(*known.speakers, "new"),
            acoustic_std=np.concatenate([known.acoustic_std, self._own_std[None]]),
            adapted=known.adapted + 1,
        )
        rule = self._frames.encoder.from_acoustic(with_new)
        return rule and rule._replace(scale=rule.scale[-1:])

    def recorded(self, network, embedding):
        """Return `predicted` and `recorded` of `example_correction.Examples` of the new speaker.

        Parameters
        ----------
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
            for start, length in zip(*self._frames.segments, strict=True)
            if self._new[start]
        ]
        contents = self._frames.content
        predicted = np.concatenate([around(network(contents[None, part], embedding)[0]) for part in utterances])
        chosen = _evenly(np.flatnonzero(self._frames.speech[self._new]), RECORDED)
        return predicted[chosen], self._recorded[chosen]


def _evenly(values, count):
    """Return `count` of the values, evenly spread, or all if there are fewer."""
    numbers = np.linspace(0, len(values) - 1, min(count, len(values))).round().astype(int)
    return [values[number] for number in numbers]


def _padded(values):
    return np.pad(values, [(0, SEGMENT_FRAMES - len(values)), *[(0, 0)] * (values.ndim - 1)])
