"""Audio formats, by the suffix of the file name."""

import shutil
from collections import Counter

READABLE = (".wav", ".flac", ".ogg", ".mp3", ".opus", ".aiff", ".aif")
OTHER = (".m4a", ".mp4", ".aac", ".wma", ".webm", ".amr", ".3gp", ".mka", ".ape", ".wv", ".alac", ".spx", ".sph")
OTHER += (".mov", ".mkv")  # the sound of videos
CONVERT_FIRST = "because this format cannot be read; convert them first, for example `ffmpeg -i a{suffix} a.wav`"
NEEDS_FFMPEG = "because reading this format needs ffmpeg; install it, or convert them to WAV first"


def ffmpeg():
    """Return the path of the program ffmpeg, which reads the formats in `OTHER`; None if it is not on PATH."""
    return shutil.which("ffmpeg")


def readable():
    """Return the suffixes of the formats that can be read: those in `READABLE`, with ffmpeg those in `OTHER` too."""
    return (*READABLE, *OTHER) if ffmpeg() else READABLE


def is_audio(path):
    """Return whether a path is named like an audio file, of a format that can be read or not; hidden files are none."""
    return has_suffix(path) and not path.name.startswith(".")


def has_suffix(path):
    """Return whether a path has the suffix of an audio format, one that can be read or not."""
    return path.suffix.lower() in (*READABLE, *OTHER)


def unreadable(paths, why=CONVERT_FIRST):
    """Return a sentence on each audio format among `paths` that needs ffmpeg; `why` says why these are left out."""
    suffixes = Counter(path.suffix.lower() for path in paths if path.suffix.lower() in OTHER)
    return [
        f"{number} {suffix} files are left out, {why.format(suffix=suffix)}"
        for suffix, number in sorted(suffixes.items())
    ]
