"""Audio files → their samples as they are. Only this module opens audio files for reading."""

import math
import os
from pathlib import Path

import numpy as np
import soundfile

from vconv.audio.ffmpeg import FfmpegStream
from vconv.common import formats
from vconv.common.errors import VconvError

LONGEST_HEADER = 4096  # bytes; a longer file without samples holds something
BLOCK = 1 << 16  # samples that are decoded at once


class Stream(soundfile.SoundFile):
    """An audio file that is read from begin to end; its header need not know how long it is."""

    def seekable(self):
        """Return False: `SoundFile` would move to where the header says, which may be nowhere."""
        return False


def opened(path):
    """Return an audio file, open for reading from begin to end: a `Stream`, or else an `FfmpegStream`.

    Raises
    ------
    VconvError
        Neither libsndfile nor ffmpeg, if it is installed, can read the file.
    """
    try:
        return Stream(os.fsencode(path))
    except (soundfile.LibsndfileError, TypeError) as error:  # TypeError: a headerless .raw file
        if formats.ffmpeg():
            return FfmpegStream(path)
        raise VconvError(
            f"{path}: is no readable audio file ({reason(error)}); use WAV, FLAC, Ogg or MP3, or install ffmpeg, "
            "which reads most other formats"
        ) from error


def decode(path, longest_s=math.inf):
    """Return the samples of an audio file, float64 [samples, channels], and its rate in Hz.

    Raises
    ------
    VconvError
        It is no audio file, a damaged one, or longer than `longest_s` seconds.
    """
    rate, channels = format_of(path)
    found, count = [np.empty((0, channels))], 0
    for block in blocks(path):
        found.append(block)
        count += len(block)
        if count > longest_s * rate:
            raise VconvError(
                f"{path}: is longer than {longest_s / 60:g} minutes, which are analyzed as one utterance at most; "
                "cut it into shorter recordings, best one of each sentence"
            )
    return np.concatenate(found), rate


def blocks(path):
    """Yield the samples of an audio file, float64 [n, channels], `BLOCK` at once; errors as of `decode`."""
    try:
        with opened(path) as file:
            while len(block := file.read(BLOCK, "float64", always_2d=True)):
                yield block
    except soundfile.LibsndfileError as error:
        raise VconvError(f"{path}: is no readable audio file ({reason(error)}); use WAV, FLAC, Ogg or MP3") from error


def format_of(path):
    """Return the sample rate, in Hz, and the number of channels of an audio file; errors as of `decode`."""
    with opened(path) as file:
        return file.samplerate, file.channels


def rate_of(path):
    """Return the sample rate of an audio file in Hz, without reading its samples; None if it is no audio file."""
    try:
        return format_of(path)[0]
    except VconvError:
        return None


def why_empty(path):
    """Return what a message says about an audio file without samples."""
    if Path(path).stat().st_size <= LONGEST_HEADER:
        return "holds no samples; remove it or record it again"
    return (
        "its header says that it holds no samples, but bytes follow, as after an interrupted recording; let an audio "
        "program write it anew, for example: sox --ignore-length OLD.wav NEW.wav"
    )


def reason(error):
    """Return libsndfile's message without the path and the full stop."""
    text = getattr(error, "error_string", None) or getattr(error, "strerror", None) or str(error)
    return text.strip().rstrip(".")
