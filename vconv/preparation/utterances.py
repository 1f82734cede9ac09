"""One recording of any length → its utterances, each a file at the reference level, in bounded memory."""

from pathlib import Path
from typing import NamedTuple

import numpy as np

from vconv.audio import loudness, recording, wav
from vconv.common.errors import VconvError, reason
from vconv.preparation import segmentation, speech_activity


class Segment(NamedTuple):
    """An utterance in its recording.

    Attributes
    ----------
    name : str
        Of its file, without the suffix.
    start_s, end_s : float
        In the recording.
    gain_db : float
        Of the file relative to the recording; 0 before it is written.
    """

    name: str
    start_s: float
    end_s: float
    gain_db: float = 0.0


class Prepared(NamedTuple):
    """What became of a recording.

    Attributes
    ----------
    seconds : float
        Of the recording; 0 if it cannot be read.
    segments : list of Segment
    notes : list of str
        What was mended, without the path.
    failure : str
        Why there are no utterances, without the path; empty otherwise.
    """

    seconds: float
    segments: list
    notes: list
    failure: str = ""


def prepare(source, rate, folder=None):
    """Return the `Prepared` of a `sources.Source`, and write its utterances.

    A recording of one utterance gives a file of its own name. Those of a longer one begin with the name of the speaker,
    because equal names of two speakers mean equal sentences.

    Parameters
    ----------
    source : vconv.preparation.sources.Source
    rate : int
        Of the utterances, in Hz.
    folder : Path, optional
        Gets FLAC files; nothing is written when left out.

    Raises
    ------
    OSError, VconvError
        An utterance cannot be written.
    """
    notes = []
    try:
        found = recording.scan(source.path, notes.append)
        levels = speech_activity.band_levels(found.blocks(rate), rate)
        spans = _utterances(levels) * speech_activity.hop_of(rate)
        if not len(spans):
            raise VconvError("holds no speech of 0.3 seconds or more; remove it or record it again")
    except Exception as error:
        return Prepared(0.0, [], notes, reason(error).removeprefix(f"{source.path}: "))
    name = f"{source.speaker}_{source.name}_{{:04}}" if len(spans) > 1 else source.name
    segments = [Segment(name.format(n), first / rate, last / rate) for n, (first, last) in enumerate(spans.tolist(), 1)]
    if folder:
        signals = _cut(found.blocks(rate), spans)
        segments = [_write(segment, y, rate, folder) for segment, y in zip(segments, signals, strict=True)]
    return Prepared(found.seconds, segments, notes)


def path_of(folder, name):
    """Return the file of an utterance."""
    return Path(folder) / f"{name}.flac"


def _utterances(levels):
    """Return the spans of utterances, in frames, from the levels [T, B] of a recording."""
    if not len(levels):
        return np.empty((0, 2), np.int64)
    levels = speech_activity.smoothed(levels)
    return segmentation.utterances(speech_activity.is_speech(levels), speech_activity.total(levels))


def _cut(blocks, spans):
    """Yield the signal of each span [first, last) of samples; `blocks` yield the whole signal, which is read once."""
    held, start, blocks = np.zeros(0), 0, iter(blocks)
    for first, last in spans.tolist():
        while start + len(held) < last and (block := next(blocks, None)) is not None:
            held = np.concatenate([held, block])
            gone = min(max(first - start, 0), len(held))
            held, start = held[gone:], start + gone
        yield held[first - start : last - start]


def _write(segment, y, rate, folder):
    """Write an utterance at the reference level; return its segment with the gain."""
    y, gain = loudness.to_reference_level(y, rate)
    wav.write(path_of(folder, segment.name), loudness.limit(y, rate), rate)
    return segment._replace(gain_db=round(-20 * float(np.log10(gain)), 2))
