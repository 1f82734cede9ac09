"""The recordings of a corpus by speaker, split and sentence, from its corpus.yaml (docs/extend_corpus.md)."""

import hashlib
import re
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from vconv.common import config
from vconv.common.errors import VconvError
from vconv.corpus.settings import composed, read_settings

EXTENSION = r"\.(?i:wav|flac|ogg)"


class Utterance(NamedTuple):
    """One recording; `name` is the text that {utterance} of the pattern matched, without an extension."""

    speaker: str
    split: str
    name: str
    path: Path


class Corpus:
    """The recordings that a corpus.yaml describes.

    Parameters
    ----------
    settings : dict
        As from `corpus_settings.read_settings`.

    Attributes
    ----------
    settings : dict
    speakers : list of str
        Sorted.
    utterances : list of Utterance
        Sorted.

    Raises
    ------
    VconvError
        No file is found, two files are the same sentence of a speaker, or a speaker is unknown.
    """

    def __init__(self, settings):
        self.settings = settings
        found = list_splits(Path(settings["root"]), settings["splits"])
        valid = sorted({utterance.speaker for utterance in found if utterance.split == "training"})
        self.speakers = valid if settings["speakers"] == "all" else sorted(settings["speakers"])
        for key, names in ("speakers", self.speakers), ("f0_range_hz", settings["f0_range_hz"]):
            for name in names:
                config.one_of(name, valid, f"corpus.yaml: {key}")
        self.utterances = sorted(utterance for utterance in found if utterance.speaker in self.speakers)

    @classmethod
    def load(cls, corpus_yaml, changes=None, corpus_dir=None):
        """Return the corpus that a corpus.yaml describes.

        Parameters
        ----------
        corpus_yaml, changes, corpus_dir
            As in `corpus_settings.read_settings`.
        """
        return cls(read_settings(corpus_yaml, changes, corpus_dir))


def list_splits(root, splits):
    """Return the `Utterance`s below the folder `root`, for `splits` as in the settings.

    Raises
    ------
    VconvError
        The folder is missing, a split matches no file, or two files are the same sentence of a speaker.
    """
    if not root.is_dir():
        raise VconvError(f"{root}: there is no such folder; set root in corpus.yaml or give --corpus-dir")
    taken, found = set(), {}
    for split, rules in splits.items():
        matches = find_files(root, rules["pattern"])
        if not matches:
            raise VconvError(
                f"{root}: no .wav, .flac or .ogg file below it matches the pattern {rules['pattern']!r} "
                f"of the split {split}; correct splits in corpus.yaml or give --corpus-dir"
            )
        matches = [match for match in matches if match[2] not in taken and is_chosen(match[1], rules["utterances"])]
        if not matches:
            raise VconvError(
                f"{root}: no file is left for the split {split}: all that match {rules['pattern']!r} are "
                f"taken by earlier splits or not among {rules['utterances']!r}; correct corpus.yaml"
            )
        names = take_share({name for _, name, _ in matches}, rules["share"], split)
        for speaker, name, path in matches:
            if name not in names:
                continue
            other = found.setdefault((speaker, split, name), path)
            if other != path:
                raise VconvError(
                    f"{path}: is the utterance {name!r} of {speaker!r} in the split {split}, but so is "
                    f"{other}; keep one of them or make the pattern in corpus.yaml stricter"
                )
            taken.add(path)
    if not any(split == "training" for _, split, _ in found):
        raise VconvError(f"{root}: no file is left for the split training; correct splits in corpus.yaml")
    return [Utterance(*key, path) for key, path in found.items()]


def find_files(root, pattern):
    """Return (speaker, utterance, path) of every file below `root` that matches `pattern`, sorted by path.

    Without {speaker} in the pattern all files are of one speaker, named like the folder `root`. Only folders that the
    pattern leads to are opened, so `root` may hold other data.
    """
    parts = PurePosixPath(pattern).parts
    expression, places = "", [("", root)]
    for depth, part in enumerate(parts, start=1):
        expression += ("/" if expression else "") + _expression(part, expression)
        if depth == len(parts) and not re.search(r"\.\w{1,4}$", part):
            expression += EXTENSION
        matches = [
            (relative, child, re.fullmatch(expression, relative))
            for parent, folder in places
            for child, relative in _children(folder, parent)
        ]
        matches = [
            (relative, child, match)
            for relative, child, match in matches
            if match and child.is_dir() == (depth < len(parts))
        ]
        places = [(relative, child) for relative, child, _ in matches]
    alone = {"speaker": composed(root.resolve().name)}
    return sorted(((alone | match.groupdict())["speaker"], match["utterance"], child) for _, child, match in matches)


def is_chosen(name, utterances):
    """Return whether `utterances` (an item or a list of them: all, first..last, names, patterns with *) has `name`."""
    for item in [utterances] if isinstance(utterances, str) else utterances:
        first, dots, last = map(composed, item.partition(".."))
        if item == "all" or (dots and first <= name <= last) or name == first + dots + last:
            return True
        if fnmatchcase(name, first + dots + last):
            return True
    return False


def take_share(names, share, salt):
    """Return the part `share` of `names`: those with the lowest hashes, and at least one if there are several.

    Whether a name is chosen depends on the name and `salt` alone, so the choice is the same on every machine and for
    every speaker.
    """
    if share == 1.0:
        return set(names)
    hashes = {
        name: int.from_bytes(hashlib.sha256(f"{salt}/{name}".encode()).digest()[:8], "big") / 2**64 for name in names
    }
    chosen = {name for name in names if hashes[name] < share}
    return chosen or ({min(names, key=hashes.get)} if len(names) > 1 else set())


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
