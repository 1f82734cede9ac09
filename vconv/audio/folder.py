"""Listing of the audio files in a folder, and of what is left out."""

from pathlib import Path

from vconv.common import formats
from vconv.common.errors import VconvError
from vconv.common.formats import is_audio
from vconv.common.names import composed


def audio_files(folder, more_suffixes=()):
    """List the audio files in a folder; hidden files are left out.

    Parameters
    ----------
    folder : str or Path
    more_suffixes : tuple of str
        Further suffixes to list, lower case, with the dot.

    Returns
    -------
    paths : list of Path
        Those with a suffix in `formats.readable()`, upper or lower case; sorted.

    Raises
    ------
    VconvError
        The folder is missing or holds no such file.
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise VconvError(f"{folder}: there is no such folder; name a folder with recordings")
    suffixes = (*formats.readable(), *more_suffixes)
    paths = sorted(path for path in _entries(folder) if path.suffix.lower() in suffixes and path.is_file())
    if not paths:
        remedy = "; ".join(_left_out(folder)) or "name a folder with recordings"
        raise VconvError(f"{folder}: holds no {', '.join(suffixes)} file; {remedy}")
    return paths


def left_out(paths):
    """Return a sentence on each kind of recording that `audio_files` of the folders among `paths` leaves out."""
    return [f"{path}: {note}" for path in map(Path, paths) if path.is_dir() for note in _left_out(path)]


def by_name(folder):
    """Return {name without suffix, in composed Unicode: path} of `audio_files`.

    VconvError if two names differ in the suffix or in the form of their accents only.
    """
    paths = {}
    for path in audio_files(folder):
        name = composed(path.stem)
        if name in paths:
            raise VconvError(f"{path}: there is also {paths[name].name}; keep one recording of that name")
        paths[name] = path
    return paths


def _entries(folder):
    """Return the paths in a folder that are not hidden."""
    return [path for path in folder.iterdir() if not path.name.startswith(".")]


def _left_out(folder):
    """Return the sentences of `left_out` on one folder, without its name."""
    entries = _entries(folder)
    deeper = sorted(path for entry in entries if entry.is_dir() for path in entry.rglob("*") if is_audio(path))
    notes = [] if formats.ffmpeg() else formats.unreadable(entries, formats.NEEDS_FFMPEG)
    if deeper:
        notes.append(f"{len(deeper)} recordings in sub-folders are left out, such as {deeper[0]}; name their folders")
    return notes
