"""A folder of recordings → who speaks in which file, from sub-folders, file names or a pattern."""

import os
import unicodedata
from collections import Counter
from pathlib import Path
from typing import NamedTuple

from vconv.common import formats
from vconv.common.errors import VconvError
from vconv.common.names import composed, is_unicode
from vconv.corpus import patterns
from vconv.corpus.settings import check_pattern

SEPARATORS = ("_", "-", " ")  # between speaker and utterance in a file name
LEAST_FILES = 2  # of each speaker that file names tell
LONGEST_NUMBER = 5  # digits of a speaker; more are a date
LONGEST_NAME = 80  # bytes of a speaker or utterance, so that all names made of them fit into 255
LITTER = {"__MACOSX"}


class Source(NamedTuple):
    """One recording.

    Attributes
    ----------
    speaker, name : str
        Of the folder and of the utterances that are made of it; usable on all file systems, and unique without regard
        to upper and lower case.
    path : Path
    """

    speaker: str
    name: str
    path: Path


class Sources(NamedTuple):
    """What is in a folder: the list of `Source`, a sentence about how speakers were told, and what is left out."""

    sources: list
    told_by: str
    notes: list


def find_sources(folder, pattern=None):
    """Return the `Sources` in a folder and below it.

    Parameters
    ----------
    folder : Path
    pattern : str, optional
        Path below the folder as in corpus.yaml, such as "{speaker}_{utterance}". When left out, the folders in `folder`
        are the speakers; without such folders file names tell them, and otherwise all files are of one speaker.

    Raises
    ------
    VconvError
        The folder is missing or holds no recording, or the pattern is impossible or matches none.
    """
    if not folder.is_dir():
        raise VconvError(f"{folder}: there is no such folder; name a folder with recordings")
    paths, notes = _audio_below(folder)
    if pattern:
        check_pattern(pattern, "--pattern")
        files = patterns.find(folder, pattern, formats.readable()).files
        found, told_by = [(*file[:2], file[2]) for file in files], f"by the pattern {pattern!r}"
        if not found:
            example = f"one of those there is {paths[0]}" if paths else "it holds none"
            raise VconvError(f"--pattern: no recording below {folder} matches {pattern!r}; {example}")
    else:
        found, told_by = _guessed(_only_folder(folder, paths), paths)
    if not found:
        raise VconvError(f"{folder}: " + "; ".join(["holds no recording that can be read", *notes]))
    others = sorted(set(paths) - {path for _, _, path in found})
    if others:
        notes.append(f"{len(others)} recordings are left out, because they are of no speaker, such as {others[0]}")
    return Sources(_named(sorted(found, key=lambda file: str(file[2]))), told_by, notes)


def _audio_below(folder):
    """Return the readable recordings below a folder, sorted, and sentences on what is left out."""
    found, notes = [], []
    for parent, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith(".") and name not in LITTER]
        found += [path for path in (Path(parent, name) for name in names) if formats.is_audio(path)]
    unnamed = sorted(path for path in found if not is_unicode(str(path)))
    if unnamed:
        notes.append(f"{len(unnamed)} recordings are left out, because their names are not UTF-8; rename them")
    if not formats.ffmpeg():
        notes += formats.unreadable(found, formats.NEEDS_FFMPEG)
    readable = [path for path in found if path.suffix.lower() in formats.readable() and path.is_file()]
    return sorted(set(readable) - set(unnamed)), notes


def _only_folder(folder, paths):
    """Return the folder in which speakers differ: `folder`, or below it, where each folder holds but one folder."""
    while len({path.relative_to(folder).parts[0] for path in paths}) == 1 and paths[0].parent != folder:
        folder = folder / paths[0].relative_to(folder).parts[0]
    return folder


def _guessed(folder, paths):
    """Return [(speaker, utterance, path)] and how the speakers were told."""
    deeper = [path for path in paths if path.parent != folder]
    if deeper:
        parts = [(path, composed(str(path.relative_to(folder).with_suffix(""))).split(os.sep)) for path in deeper]
        return [(words[0], "_".join(words[1:]), path) for path, words in parts], f"by the folders in {folder}"
    stems = {path: composed(path.stem) for path in paths}
    for separator in SEPARATORS:
        if _tells_speakers(stems.values(), separator):
            found = [(*stem.split(separator, 1), path) for path, stem in stems.items()]
            example = f"{{speaker}}{separator}{{utterance}}"
            return found, f"by the file names, {example!r} (if they are of one speaker: --pattern '{{utterance}}')"
    speaker = composed(folder.resolve().name) or "speaker"
    return [
        (speaker, stem, path) for path, stem in stems.items()
    ], "as one, because neither folders nor names tell more"


def _tells_speakers(stems, separator):
    """Return whether the file names begin with the names of two speakers or more, each of some files."""
    parts = [stem.partition(separator) for stem in stems]
    speakers = Counter(first for first, _, rest in parts if first and rest)
    if len(speakers) < 2 or sum(speakers.values()) < len(parts) or min(speakers.values()) < LEAST_FILES:
        return False
    return not any(name.isdecimal() and len(name) > LONGEST_NUMBER for name in speakers)


def _named(found):
    """Return a `Source` for each (speaker, utterance, path), with usable and unique names."""
    speakers, taken = {}, set()
    for speaker, _, _ in found:
        if speaker not in speakers:
            speakers[speaker] = _unique(usable(speaker), taken)
    names = {}
    return [
        Source(speakers[speaker], _unique(usable(name), names.setdefault(speaker, set())), path)
        for speaker, name, path in found
    ]


def usable(name):
    """Return a name of letters and digits of any script, blanks, hyphens, dots and underscores for all others."""
    kept = [letter if letter in " -." or unicodedata.category(letter)[0] in "LMN" else "_" for letter in composed(name)]
    short = "".join(kept).strip(" .").encode()[:LONGEST_NAME].decode(errors="ignore").replace("..", "__")
    return short.strip(" .") or "_"


def _unique(name, taken):
    """Return the name, with a number if it is among those `taken` in lower case, and take it."""
    unique, number = name, 1
    while unique.casefold() in taken:
        number += 1
        unique = f"{name}_{number}"
    taken.add(unique.casefold())
    return unique
