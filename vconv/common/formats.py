"""Audio formats, by the suffix of the file name."""

from collections import Counter

READABLE = (".wav", ".flac", ".ogg", ".mp3", ".opus", ".aiff", ".aif")
OTHER = (".m4a", ".mp4", ".aac", ".wma", ".webm", ".amr", ".3gp", ".mka", ".ape", ".wv", ".alac", ".spx", ".sph")


def is_audio(path):
    """Return whether a path is named like an audio file, of a format that can be read or not; hidden files are none."""
    return path.suffix.lower() in (*READABLE, *OTHER) and not path.name.startswith(".")


def unreadable(paths):
    """Return a sentence on each audio format among `paths` that cannot be read."""
    suffixes = Counter(path.suffix.lower() for path in paths if path.suffix.lower() in OTHER)
    return [
        f"{number} {suffix} files are left out, because this format cannot be read; convert them first, for example "
        f"`ffmpeg -i a{suffix} a.wav`"
        for suffix, number in sorted(suffixes.items())
    ]
