"""The codebook of a voice file: frames of the corpus, from which a voice can be adapted to a new speaker.

It holds segments of the training utterances, evenly spread over each speaker's speech, with the content and the
acoustic features of each frame (hop 10 ms). Frames of a segment follow each other, so that the frames around a frame
are known, and a network can be trained on segments.
"""

from typing import NamedTuple

import numpy as np

from vconv.alignment.frame_pairs import table
from vconv.alignment.frames import read_encoded
from vconv.common.errors import VconvError
from vconv.features import content
from vconv.features.acoustic import ACOUSTIC_SIZE

VERSION = 2  # that is written
VERSIONS = (1, VERSION)  # that are read
SEGMENT_FRAMES = 64  # of a segment, at most; the length on which `matched` trains
LARGEST_BYTES = 6_500_000


class Codebook(NamedTuple):
    """N frames in G segments.

    Attributes
    ----------
    content : ndarray [N, C], float16
        Content of the frames, as of `ContentEncoder.encode`.
    acoustic : ndarray [N, 40], float16
        Acoustic features of the frames.
    speech : ndarray [N], bool
        The speech mask.
    start : ndarray [G], int32
        First frame of each segment; a segment ends where the next one starts, the last one at N.
    speaker : ndarray [G], int32
        Number of the speaker of each segment.
    """

    content: np.ndarray
    acoustic: np.ndarray
    speech: np.ndarray
    start: np.ndarray
    speaker: np.ndarray


def read(version, array_of):
    """Return the `Codebook` of a voice file.

    Parameters
    ----------
    version : int
        One of `VERSIONS`.
    array_of : callable
        Returns the stored array with a name.
    """
    if version == VERSION:
        return Codebook(*map(array_of, Codebook._fields))
    return _from_version_1(*map(array_of, ("content", "acoustic", "weight", "start", "speaker")))


def _from_version_1(content, acoustic, weight, start, speaker):
    """Return the `Codebook` of a file of version 1, which has acoustic features of each speaker for each frame.

    `acoustic` is [S, N, 40]; `weight` [S, N] is the number of frames that were matched, and of a speaker's own frames
    the speech mask.
    """
    own = np.repeat(speaker, np.diff([*start, len(content)])), np.arange(len(content))
    return Codebook(content, acoustic[own], weight[own] > 0, start, speaker)


def sample(store, statistics, largest_bytes=LARGEST_BYTES):
    """Return the `Codebook` of a corpus.

    Parameters
    ----------
    store : vconv.features.store.FeatureStore
    statistics : vconv.features.statistics.Statistics
        Of the same store.
    largest_bytes : int
        Of all arrays together. Each speaker gets the same share.

    Raises
    ------
    VconvError
        The features are not those of the statistics.
    """
    if store.fingerprint != statistics.fingerprint:
        raise VconvError(f"{store.path}: are other features than those the run was trained on; give those")
    encoder, speakers = content.encoder_of(store.settings), list(statistics.speakers)
    frame_bytes = 2 * (encoder.size + ACOUSTIC_SIZE) + 1
    count = largest_bytes // (frame_bytes * SEGMENT_FRAMES * len(speakers))
    chosen = [part for name in speakers for part in _evenly(_segments(store, name), count)]
    stored, found = {(row.speaker, row.name): row for row in store.split("training")}, {}
    for row in dict.fromkeys(row for row, _ in chosen):
        acoustic, _, of_utterance, speech = read_encoded(store, stored[row.speaker, row.name], statistics, encoder)
        found[row] = of_utterance.astype(np.float16), acoustic.astype(np.float16), speech
    lengths = [part.stop - part.start for _, part in chosen]
    return Codebook(
        *(np.concatenate([found[row][kind][part] for row, part in chosen]) for kind in range(3)),
        np.cumsum([0, *lengths[:-1]]).astype(np.int32),
        np.array([speakers.index(row.speaker) for row, _ in chosen], np.int32),
    )


def _segments(store, speaker):
    """Return the segments of a speaker's training utterances: (utterance, slice of its frames).

    A rest of less than half a segment at the end of an utterance is left out.
    """
    return [
        (row, slice(first, min(first + SEGMENT_FRAMES, row.length)))
        for row in table(store)
        if (row.speaker, row.split) == (speaker, "training")
        for first in range(0, max(1, row.length - SEGMENT_FRAMES // 2), SEGMENT_FRAMES)
    ]


def _evenly(values, count):
    """Return `count` of the values, evenly spread, or all if there are fewer."""
    if len(values) <= count:
        return values
    return [values[number] for number in np.linspace(0, len(values) - 1, count).astype(int)]
