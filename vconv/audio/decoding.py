"""Audio files → their samples as they are. Only this module opens audio files for reading."""

import os

import numpy as np
import soundfile

from vconv.audio.ffmpeg import FfmpegStream
from vconv.common import formats
from vconv.common.errors import VconvError

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


def decode(path):
    """Return the samples of an audio file, float64 [samples, channels], and its rate in Hz.

    Raises
    ------
    VconvError
        It is no audio file, or a damaged one.
    """
    try:
        with opened(path) as file:
            blocks = [np.empty((0, file.channels))]
            while len(block := file.read(BLOCK, "float64", always_2d=True)):
                blocks.append(block)
            return np.concatenate(blocks), file.samplerate
    except soundfile.LibsndfileError as error:
        raise VconvError(f"{path}: is no readable audio file ({reason(error)}); use WAV, FLAC, Ogg or MP3") from error


def rate_of(path):
    """Return the sample rate of an audio file in Hz, without reading its samples; None if it is no audio file."""
    try:
        with opened(path) as file:
            return file.samplerate
    except VconvError:
        return None


def reason(error):
    """Return libsndfile's message without the path and the full stop."""
    text = getattr(error, "error_string", None) or getattr(error, "strerror", None) or str(error)
    return text.strip().rstrip(".")
