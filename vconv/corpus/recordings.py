"""The recordings of a corpus by speaker, split and sentence, from its corpus.yaml (docs/extend_corpus.md)."""

import hashlib
from collections import Counter
from fnmatch import fnmatchcase
from pathlib import Path
from typing import NamedTuple

from vconv.common import config
from vconv.common.errors import VconvError
from vconv.common.names import composed
from vconv.corpus import patterns
from vconv.corpus.settings import read_settings


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
    notes : list of str
        A sentence on each kind of recording that is left out, and on each speaker whose last recording would be.

    Raises
    ------
    VconvError
        No file is found, two files are the same sentence of a speaker, or a speaker is unknown.
    """

    def __init__(self, settings):
        self.settings = settings
        found, self.notes = list_splits(Path(settings["root"]), settings["splits"], settings["speakers"])
        valid = sorted({utterance.speaker for utterance in found if utterance.split == "training"})
        self.speakers = valid if settings["speakers"] == "all" else sorted(settings["speakers"])
        for key, names in ("speakers", self.speakers), ("f0_range_hz", settings["f0_range_hz"]):
            for name in names:
                config.one_of(name, valid, f"corpus.yaml: {key}")
        self.utterances = sorted(utterance for utterance in found if utterance.speaker in self.speakers)
        if settings["speakers"] == "all":
            others = sorted({utterance.speaker for utterance in found} - set(valid))
            self.notes += [f"{name} is left out, because none of its recordings is for training" for name in others]
        filled = {utterance.split for utterance in self.utterances}
        self.notes += [
            f"the split {split} is empty; record more, or cut long recordings into sentences"
            for split in settings["splits"]
            if split not in filled
        ]

    @classmethod
    def load(cls, corpus_yaml, changes=None, corpus_dir=None):
        """Return the corpus that a corpus.yaml describes.

        Parameters
        ----------
        corpus_yaml, changes, corpus_dir
            As in `corpus_settings.read_settings`.
        """
        return cls(read_settings(corpus_yaml, changes, corpus_dir))


def list_splits(root, splits, speakers="all"):
    """Return the `Utterance`s below the folder `root`, for `splits` as in the settings, and notes as of `Corpus`.

    Those of all speakers are returned; shares are of the sentences of `speakers`, "all" or a list of names.

    Raises
    ------
    VconvError
        The folder is missing, a split matches no file, or two files are the same sentence of a speaker.
    """
    if not root.is_dir():
        raise VconvError(f"{root}: there is no such folder; set root in corpus.yaml or give --corpus-dir")
    listings = {split: patterns.find(root, rules["pattern"]) for split, rules in splits.items()}
    notes = patterns.left_out(root, listings.values())
    taken, found = set(), {}
    for split, rules in splits.items():
        if not listings[split].files:
            raise VconvError(
                f"{root}: no audio file below it matches the pattern {rules['pattern']!r} of the split {split}; "
                + "; ".join(["correct splits in corpus.yaml or give --corpus-dir", *notes])
            )
        matches = _chosen(listings[split].files, rules, split, taken, root, speakers)
        for speaker, name, path in matches:
            other = found.setdefault((speaker, split, name), path)
            if other != path:
                raise VconvError(
                    f"{path}: is the utterance {name!r} of {speaker!r} in the split {split}, but so is "
                    f"{other}; keep one of them or make the pattern in corpus.yaml stricter"
                )
            taken.add(path)
    notes += _keep_speakers(found, listings["training"].files, splits)
    if not any(split == "training" for _, split, _ in found):
        raise VconvError(f"{root}: no file is left for the split training; correct splits in corpus.yaml")
    return [Utterance(*key, path) for key, path in found.items()], notes


def _chosen(files, rules, split, taken, root, speakers):
    """Return those of the `files` (speaker, name, path) that the rules of a split choose and that are not `taken`."""
    files = [file for file in files if file[2] not in taken and is_chosen(file[1], rules["utterances"])]
    if not files:
        raise VconvError(
            f"{root}: no file is left for the split {split}: all that match {rules['pattern']!r} are "
            f"taken by earlier splits or not among {rules['utterances']!r}; correct corpus.yaml"
        )
    counted = [file for file in files if speakers == "all" or file[0] in speakers] or files
    names = take_share({name for _, name, _ in counted}, rules["share"], split)
    # The last recording of a speaker stays in training, so it cannot be the only one of another split.
    left = Counter(speaker for speaker, _, _ in counted)
    spare = {name for speaker, name, _ in counted if left[speaker] > 1}
    if spare and not names & spare:
        names = take_share(spare, rules["share"], split)
    return [file for file in files if file[1] in names]


def _keep_speakers(found, files, splits):
    """Move a recording to training for each speaker that the share of another split leaves without any.

    Parameters
    ----------
    found : dict
        (speaker, split, name) → path; it is changed.
    files : list of (speaker, name, path)
        Those that match the pattern of the split training.
    splits : dict

    Returns
    -------
    notes : list of str
        A sentence on each recording that is moved.
    """
    suited = {path for _, name, path in files if is_chosen(name, splits["training"]["utterances"])}
    trained, notes = {speaker for speaker, split, _ in found if split == "training"}, []
    for (speaker, split, name), path in sorted(found.items()):
        if speaker not in trained and splits[split]["share"] < 1 and path in suited:
            found[speaker, "training", name] = found.pop((speaker, split, name))
            trained.add(speaker)
            notes.append(
                f"{speaker}: {name!r} is kept for training, because the split {split} would take the last recording; "
                "cut long recordings into sentences"
            )
    return notes


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
