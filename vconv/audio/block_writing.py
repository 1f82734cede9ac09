"""Audio files that are written block by block, whole or not at all."""

import contextlib
from pathlib import Path

import soundfile

from vconv.audio import ogg, wav
from vconv.common import files
from vconv.common.errors import VconvError

LARGEST_WAV = 2**32 - 2**16  # bytes of samples; the header counts them with 32 bits


class _File:
    """A binary file for libsndfile, which hides errors of writing: the first one is kept."""

    def __init__(self, file):
        self._file, self.seek, self.tell, self.error = file, file.seek, file.tell, None

    def write(self, data):
        """Write bytes, and do as if that had succeeded."""
        try:
            if self.error is None:
                files.write_at(self._file, self._file.tell(), bytes(data))
        except OSError as error:
            self.error = error
        return len(data)


@contextlib.contextmanager
def writer(path, rate, samples, tags=None):
    """Yield a function that appends blocks of a mono signal, ndarray [n] in [-1, 1), to the file `path`.

    The file appears when the block ends, and not at all after an error or Ctrl-C.

    Parameters
    ----------
    path : str or Path
        The suffix chooses the format, as in `wav.write`.
    rate : int
        In Hz.
    samples : int
        That will be written; decides whether the format can hold them.
    tags : dict, optional
        As of `wav.write`.

    Raises
    ------
    VconvError
        The suffix is unknown, its format lacks the rate or cannot hold so many samples, or the file cannot be written.
    """
    path = Path(path)
    wav.check_format(path, rate)
    format_name, subtype = wav.SUBTYPES[path.suffix.lower()]
    if format_name == "WAV" and 2 * samples > LARGEST_WAV:
        hours = LARGEST_WAV / 2 / rate / 3600
        raise VconvError(f"{path}: is too long for WAV, which holds {hours:.3g} hours at {rate} Hz; use --format flac")
    with files.replacing(path) as temporary:
        with files.writing(path):
            opened = open(temporary, "wb", buffering=0)  # noqa: SIM115
        with opened:
            file = _File(opened)

            def append(y):
                # libsndfile's scaling to 16 bits would make read -> write -> read inexact.
                for start in range(0, len(y), wav.BLOCK):
                    block = y[start : start + wav.BLOCK]
                    sound.write(wav.to_int16(block) if subtype == "PCM_16" else block)
                    _tell(path, file)

            with soundfile.SoundFile(file, "w", rate, 1, subtype, format=format_name) as sound:
                wav.set_tags(sound, tags)
                yield append
            _tell(path, file)
        if format_name == "OGG":
            with files.writing(path), open(temporary, "rb+") as finished:
                ogg.set_serial(finished)


def _tell(path, file):
    """Raise a VconvError if an error of writing was kept."""
    with files.writing(path):
        if file.error:
            raise file.error
