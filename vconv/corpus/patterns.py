"""The files below a folder that match a pattern of corpus.yaml, such as {speaker}/{utterance}."""

import re
from pathlib import PurePosixPath
from typing import NamedTuple

from vconv.common.errors import VconvError
from vconv.common.formats import READABLE, is_audio, unreadable
from vconv.common.names import composed, is_unicode


class Found(NamedTuple):
    """What a pattern finds below a folder.

    Attributes
    ----------
    files : list of (speaker, utterance, path)
        Those that match, sorted; `utterance` is empty if the pattern does not name it.
    unnamed : list of Path
        Those that match, but whose names are not UTF-8.
    misplaced : list of Path
        Audio files above or below the folders that the pattern leads to.
    inside : list of Path
        Everything in these folders.
    """

    files: list
    unnamed: list
    misplaced: list
    inside: list


def find(root, pattern, suffixes=READABLE):
    """Return what is `Found` below `root`; a pattern without an extension finds files with one of the `suffixes`.

    Without {speaker} in the pattern all files are of one speaker, named like the folder `root`. Only folders that the
    pattern leads to are opened, and those in the last of them, so `root` may hold other data.
    """
    parts = PurePosixPath(pattern).parts
    expression, places, misplaced = "", [("", root)], []
    for depth, part in enumerate(parts, start=1):
        last = depth == len(parts)
        expression += ("/" if expression else "") + _expression(part, expression)
        if last and not re.search(r"\.\w{1,4}$", part):
            expression += rf"\.(?i:{'|'.join(suffix[1:] for suffix in suffixes)})"
        children = [child for parent, folder in places for child in _children(folder, parent)]
        matches = [(path, relative, re.fullmatch(expression, relative)) for path, relative in children]
        matches = [found for found in matches if found[2] and found[0].is_dir() != last]
        places = [(relative, path) for path, relative, _ in matches]
        inside = [path for path, _ in children]
        if not last:
            misplaced += _audio(inside)
    misplaced += _audio(child for path in inside if path.is_dir() for child in path.rglob("*"))
    alone = {"speaker": composed(root.resolve().name), "utterance": ""}
    fields = [(alone | match.groupdict(), path) for path, _, match in matches]
    files = sorted((field["speaker"], field["utterance"], path) for field, path in fields)
    named = [file for file in files if is_unicode("".join(file[:2]))]
    return Found(named, sorted({file[2] for file in files} - {file[2] for file in named}), misplaced, inside)


def left_out(root, found):
    """Return a sentence on each kind of recording below `root` that a list of `Found` leaves out."""
    taken = {path for one in found for _, _, path in one.files}
    inside = {path for one in found for path in one.inside}
    misplaced = sorted({path for one in found for path in one.misplaced} - taken - inside)
    unnamed = sorted({path for one in found for path in one.unnamed})
    notes = unreadable(inside - taken)
    if misplaced:
        notes.append(
            f"{len(misplaced)} recordings are left out, because they are above or below the folders that the patterns "
            f"lead to, such as {misplaced[0]}; move them, or change the patterns in corpus.yaml"
        )
    if unnamed:
        notes.append(
            f"{len(unnamed)} recordings are left out, because their names are not UTF-8, such as "
            f"{str(unnamed[0])!r}; rename them"
        )
    return [f"{root}: {note}" for note in notes]


def _audio(paths):
    """Return the audio files among `paths`."""
    return [path for path in paths if is_audio(path) and path.is_file()]


def _children(folder, parent):
    """Return (path, path below the root in composed Unicode) of the entries of `folder`, without hidden files."""
    try:
        paths = [path for path in folder.iterdir() if not path.name.startswith(".") and path.name != "__MACOSX"]
    except OSError as error:
        raise VconvError(f"{folder}: cannot be listed ({error.strerror}); make it readable") from error
    return [(path, (f"{parent}/" if parent else "") + composed(path.name)) for path in paths]


def _expression(part, before):
    """Return the regular expression of a component of a pattern; `before` is that of the components to its left."""
    result = ""
    for text in re.split(r"(\{speaker\}|\{utterance\}|\*)", composed(part)):
        name = text[1:-1]
        if text == "*":
            result += "[^/]*?"
        elif name not in ("speaker", "utterance") or text != f"{{{name}}}":
            result += re.escape(text)
        else:
            result += f"(?P={name})" if f"(?P<{name}>" in before + result else f"(?P<{name}>[^/]+?)"
    return result
