"""The recordings in a folder."""

from pathlib import Path

from vconv.audio.wav import SUBTYPES
from vconv.common.errors import VconvError


def audio_files(folder, more_suffixes=()):
    """Return the paths of the .wav, .flac and .ogg files in a folder, sorted; hidden ones are left out.

    Files with one of `more_suffixes` are listed with them.

    Raises
    ------
    VconvError
        The folder is missing or holds none.
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise VconvError(f"{folder}: there is no such folder; name a folder with recordings")
    suffixes = (*SUBTYPES, *more_suffixes)
    found = sorted(
        path
        for path in folder.iterdir()
        if path.suffix.lower() in suffixes and path.is_file() and not path.name.startswith(".")
    )
    if not found:
        raise VconvError(f"{folder}: holds no .wav, .flac or .ogg file; name a folder with recordings")
    return found


def by_name(folder):
    """Return {name without suffix: path} of `audio_files`; VconvError if two differ in the suffix alone."""
    found = {}
    for path in audio_files(folder):
        if path.stem in found:
            raise VconvError(f"{path}: there is also {found[path.stem].name}; keep one recording of that name")
        found[path.stem] = path
    return found
