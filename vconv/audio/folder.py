"""Listing of the audio files in a folder."""

from pathlib import Path

from vconv.audio.wav import SUBTYPES
from vconv.common.errors import VconvError


def audio_files(folder, more_suffixes=()):
    """List the .wav, .flac and .ogg files in a folder; hidden files are left out.

    Parameters
    ----------
    folder : str or Path
    more_suffixes : tuple of str
        Further suffixes to list, lower case, with the dot.

    Returns
    -------
    paths : list of Path
        Sorted.

    Raises
    ------
    VconvError
        The folder is missing or holds no such file.
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise VconvError(f"{folder}: there is no such folder; name a folder with recordings")
    suffixes = (*SUBTYPES, *more_suffixes)
    paths = sorted(
        path
        for path in folder.iterdir()
        if path.suffix.lower() in suffixes and path.is_file() and not path.name.startswith(".")
    )
    if not paths:
        raise VconvError(f"{folder}: holds no .wav, .flac or .ogg file; name a folder with recordings")
    return paths


def by_name(folder):
    """Return {name without suffix: path} of `audio_files`; VconvError if two names differ in the suffix only."""
    paths = {}
    for path in audio_files(folder):
        if path.stem in paths:
            raise VconvError(f"{path}: there is also {paths[path.stem].name}; keep one recording of that name")
        paths[path.stem] = path
    return paths
