"""Checks of a file as a container: what its name and header say, beside what it holds."""

import struct
from pathlib import Path

from vconv.audio import decoding
from vconv.common.errors import VconvError
from vconv.diagnosis.findings import ERROR, NOTE, WARNING, Finding
from vconv.streaming import wav_header

FORMATS = {
    ".wav": ("WAV", "WAVEX", "RF64", "W64"),
    ".flac": ("FLAC",),
    ".ogg": ("OGG",),
    ".opus": ("OGG",),
    ".mp3": ("MPEG", "MP3"),
    ".aiff": ("AIFF",),
    ".aif": ("AIFF",),
}
LONGEST_HEADER = 1 << 20  # bytes before the samples
LEAST_LOST_S = 0.05  # after the end that a header says; a tag may follow
COUNTED = "FLAC", "AIFF"  # formats, beside WAV, whose headers count the samples
SHORTER = "its header says that it lasts {:.2f} s, but it holds {:.2f} s"
COPY_AGAIN = "copy the file again, or let an audio program write it anew: sox --ignore-length OLD.wav NEW.wav"


def wrong_length(path, samples):
    """Return the finding of a header that does not say how long the file is, or None.

    Parameters
    ----------
    path : Path
    samples : int
        That were decoded, of each channel.
    """
    with open(path, "rb") as file:
        data = file.read(LONGEST_HEADER)
    if data[:4] in wav_header.MAGIC:
        header = _wav_header(data)
        return _wrong_wav_length(path, header) if header else None
    with decoding.opened(path) as file:
        if getattr(file, "format", None) not in COUNTED or file.frames <= samples:
            return None
        seconds = [count / file.samplerate for count in (file.frames, samples)]
    return Finding("wrong header", WARNING, SHORTER.format(*seconds), COPY_AGAIN)


def _wrong_wav_length(path, header):
    """Return the finding of `wrong_length` for a file with a `WavHeader`."""
    file_bytes = Path(path).stat().st_size
    held = file_bytes - header.begin
    if header.size is None:
        return Finding("wrong header", NOTE, "its header does not say how long it is", COPY_AGAIN)
    if header.size > held:
        seconds = [size / (header.form.frame_bytes * header.form.rate) for size in (header.size, held)]
        return Finding("wrong header", WARNING, SHORTER.format(*seconds), COPY_AGAIN)
    end = header.begin + header.size
    lost = file_bytes - _end_of_chunks(path, end + end % 2, file_bytes)
    lost_s = lost / (header.form.frame_bytes * header.form.rate)
    if lost_s < LEAST_LOST_S:
        return None
    return Finding("wrong header", WARNING, f"{lost_s:.2f} s follow after the end that its header says", COPY_AGAIN)


def _end_of_chunks(path, at, file_bytes):
    """Return the position after the last chunk of RIFF from the position `at` on; samples are no chunk."""
    with open(path, "rb") as file:
        while at + 8 <= file_bytes:
            file.seek(at)
            name, length = struct.unpack("<4sI", file.read(8))
            after = at + 8 + length
            if not all(0x20 <= letter < 0x7F for letter in name) or after > file_bytes:
                break
            at = after + after % 2
    return min(at, file_bytes)


def mislabeled(path):
    """Return the finding of a file in another format than its name says, or None."""
    expected = FORMATS.get(Path(path).suffix.lower())
    with decoding.opened(path) as file:
        found = getattr(file, "format", None)  # ffmpeg does not tell
    if expected is None or found in (None, *expected):
        return None
    return Finding(
        "mislabeled",
        NOTE,
        f"is {found}, but its name says {Path(path).suffix}",
        "rename it, so that other programs read it",
    )


def unreadable(error):
    """Return the finding of a file that cannot be used; `error` is the sentence of a VconvError, without the path."""
    found, _, remedy = error.partition("; ")
    return Finding("unreadable", ERROR, found, remedy or "record it again")


def _wav_header(data):
    """Return the `WavHeader` at the beginning of a file; None if it is of a kind that is not known."""
    try:
        return wav_header.parse(data)
    except VconvError:
        return None
