"""The codebook of a voice file: aligned frames of the corpus, from which a voice can be adapted to a new speaker.

It holds segments of the training utterances, evenly spread over each speaker's speech. For each frame (hop 10 ms) it
has the content and the acoustic features that the alignment matched to it, of each speaker. Frames of a segment follow
each other, so that the frames around a frame are known, and a network can be trained on segments.
"""

from typing import NamedTuple

import numpy as np

from vconv.alignment.frames import read_encoded
from vconv.common.errors import VconvError
from vconv.features import content
from vconv.features.acoustic import ACOUSTIC_SIZE

VERSION = 1
SEGMENT_FRAMES = 64  # of a segment, at most; the length on which `matched` trains
LARGEST_BYTES = 6_900_000


class Codebook(NamedTuple):
    """N frames in G segments, of S speakers.

    Attributes
    ----------
    content : ndarray [N, C], float16
        Content of the frames, as of `ContentEncoder.encode`.
    acoustic : ndarray [S, N, 40], float16
        Acoustic features of each speaker for each frame, from `FramePairs.matched`; 0 where there are none.
    weight : ndarray [S, N], uint8
        Number of frames that were matched, from `FramePairs.weight`; 0: there is none.
    start : ndarray [G], int32
        First frame of each segment; a segment ends where the next one starts, the last one at N.
    speaker : ndarray [G], int32
        Number of the speaker of each segment.
    """

    content: np.ndarray
    acoustic: np.ndarray
    weight: np.ndarray
    start: np.ndarray
    speaker: np.ndarray


def sample(store, pairs, statistics, largest_bytes=LARGEST_BYTES):
    """Return the `Codebook` of a corpus.

    Parameters
    ----------
    store : vconv.features.store.FeatureStore
    pairs : vconv.alignment.frame_pairs.FramePairs
        Of the same store.
    statistics : vconv.features.statistics.Statistics
        Of the same store.
    largest_bytes : int
        Of all arrays together. Each speaker gets the same share.

    Raises
    ------
    VconvError
        The features or frame pairs are not those of the statistics.
    """
    if not store.fingerprint == pairs.fingerprint == statistics.fingerprint:
        raise VconvError(f"{store.path}: are other features than those the run was trained on; give those")
    encoder, speakers = content.encoder_of(store.settings), list(statistics.speakers)
    frame_bytes = 2 * (encoder.size + ACOUSTIC_SIZE * len(speakers)) + len(speakers)
    count = largest_bytes // (frame_bytes * SEGMENT_FRAMES * len(speakers))
    chosen = [part for name in speakers for part in _evenly(_segments(pairs, name), count)]
    stored, found = {(row.speaker, row.name): row for row in store.split("training")}, {}
    for aligned in dict.fromkeys(aligned for aligned, _ in chosen):
        _, _, of_utterance, _ = read_encoded(store, stored[aligned.speaker, aligned.name], statistics, encoder)
        found[aligned] = of_utterance.astype(np.float16)
    lengths = [part.stop - part.start for _, part in chosen]
    inside = np.concatenate([np.arange(row.start + part.start, row.start + part.stop) for row, part in chosen])
    speaker = np.array([speakers.index(row.speaker) for row, _ in chosen], np.int32)
    return Codebook(
        np.concatenate([found[row][part] for row, part in chosen]),
        *_for_each_speaker(pairs, inside, np.repeat(speaker, lengths)),
        np.cumsum([0, *lengths[:-1]]).astype(np.int32),
        speaker,
    )


def _for_each_speaker(pairs, frames, speaker):
    """Return `acoustic` and `weight` of a codebook for `frames` of the pairs, which are of the speakers `speaker`."""
    numbers = np.arange(len(frames))
    acoustic = np.zeros((len(pairs.speakers), len(frames), ACOUSTIC_SIZE), np.float16)
    weight = np.zeros(acoustic.shape[:2], np.uint8)
    for targets, matched, weights in zip(pairs.targets.T, pairs.matched, pairs.weight, strict=True):
        acoustic[targets[speaker], numbers] = matched[frames]
        weight[targets[speaker], numbers] = weights[frames]
    return acoustic, weight


def _segments(pairs, speaker):
    """Return the segments of a speaker's training utterances: (utterance, slice of its frames).

    A rest of less than half a segment at the end of an utterance is left out.
    """
    return [
        (row, slice(first, min(first + SEGMENT_FRAMES, row.length)))
        for row in pairs.utterances
        if (row.speaker, row.split) == (speaker, "training")
        for first in range(0, max(1, row.length - SEGMENT_FRAMES // 2), SEGMENT_FRAMES)
    ]


def _evenly(values, count):
    """Return `count` of the values, evenly spread, or all if there are fewer."""
    if len(values) <= count:
        return values
    return [values[number] for number in np.linspace(0, len(values) - 1, count).astype(int)]
