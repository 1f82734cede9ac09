"""The file of pairs: what each speaker would say in place of each frame, for a model to learn from."""

from pathlib import Path
from typing import NamedTuple

import numpy as np

from vconv.common import files, hdf5
from vconv.common.errors import VconvError
from vconv.features.cepstra import ACOUSTIC_SIZE, CONTENT_ORDER, FRAME_STEP

FORMAT, VERSION = "vconv frame pairs", 3
FILE_NAME = "frame_pairs.h5"  # beside the features
SPLITS = ("training", "validation")
REMEDY = "make it with `vconv match`"


class AlignedUtterance(NamedTuple):
    """One line of the table of utterances: its rows are `start : start + length` of `FramePairs.matched`."""

    name: str
    speaker: str
    split: str
    start: int
    length: int


class FramePairs:
    """A file of pairs, open for reading; row r of an utterance belongs to its frame `FRAME_STEP` · r.

    Attributes
    ----------
    path : Path
    settings : dict
        What the frames were matched with.
    fingerprint : str
        That of the feature file.
    speakers : list of str
        As the feature file has them.
    utterances : list of AlignedUtterance
        The training and validation utterances, in the order of the feature file.
    matched : memmap [S, n, 40], float16
        Power and mel-cepstral coefficients 1 to 39, as `vconv.features.cepstra.said` describes a frame, in the voice of
        each speaker: his own where he speaks himself, else the mean of those of his training frames that were matched.
    weight : memmap [S, n], uint8
        How many were matched; 0 where nothing was, and in the speaker's own pauses; else 1 for his own rows.
    maps : ndarray [S, S, 25, 24], float32
        [target, source]: the affine map of coefficients 1 to 24, relative to the speaker's mean and deviation, from one
        voice into the other; the last row is the constant.

    Raises
    ------
    VconvError
        The file is missing, no file of pairs, cut short, damaged or of another version.
    """

    def __init__(self, path):
        self.path = Path(path)
        with hdf5.open_file(path, FORMAT, VERSION, REMEDY) as file:
            self.settings = file.json("settings")
            self.fingerprint = file.text("fingerprint")
            self.speakers = file.texts("speakers")
            self.utterances = [AlignedUtterance(*row) for row in file.rows("utterances", AlignedUtterance._fields)]
            shape = (len(self.speakers), _row_count(self.utterances), ACOUSTIC_SIZE)
            self.matched = file.memory_map("matched", np.float16, shape)
            self.weight = file.memory_map("weight", np.uint8, shape[:2])
            self.maps = file.array("maps")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        """Let go of the memory maps; the tables stay."""
        self.matched = self.weight = None


def open_for(store, path=None):
    """Return the `FramePairs` in `path`, by default the file beside a `FeatureStore`.

    Raises
    ------
    VconvError
        As of `FramePairs`, or the pairs are those of other features.
    """
    pairs = FramePairs(path or store.path.with_name(FILE_NAME))
    if pairs.fingerprint != store.fingerprint:
        raise VconvError(
            f"{pairs.path}: the frames matched there are those of other features than {store.path}; match "
            f"these with `vconv match`"
        )
    return pairs


def table(store):
    """Return the `AlignedUtterance`s of a `FeatureStore`: one for each training or validation utterance."""
    chosen, start = [], 0
    for row in store.utterances:
        if row.split in SPLITS:
            length = len(range(0, row.length, FRAME_STEP))
            chosen.append(AlignedUtterance(row.name, row.speaker, row.split, start, length))
            start += length
    return chosen


def write(path, settings, fingerprint, speakers, utterances, matched):
    """Write a file of pairs, whole or not at all.

    Parameters
    ----------
    path : str or Path
    settings : dict
        What the frames were matched with; kept as JSON.
    fingerprint : str
        That of the feature file.
    speakers : list of str
    utterances : list of AlignedUtterance
        One lies after the other, as `table` returns them.
    matched : iterable of (ndarray [n, 40], ndarray [n], ndarray [S, 25, 24])
        One for each of `speakers`, in the same order: all rows in that speaker's voice, their weights, and the maps
        from all voices into his. May be a generator; one of them is held at a time.

    Raises
    ------
    VconvError
        The disk is full or the folder cannot be written.
    ValueError
        Too few or too many, arrays of another shape, or a value that float16 or uint8 cannot hold.
    """
    shape = (len(speakers), _row_count(utterances), ACOUSTIC_SIZE)
    types = {
        "matched": (shape, np.float16),
        "weight": (shape[:2], np.uint8),
        "maps": ((len(speakers), len(speakers), CONTENT_ORDER + 1, CONTENT_ORDER), np.float32),
    }
    size = sum(int(np.prod(shape)) * np.dtype(kind).itemsize for shape, kind in types.values())
    with files.replacing(path) as temporary:
        with files.writing(path), hdf5.new_file(temporary, FORMAT, VERSION, size) as file:
            file.attrs["settings"], file.attrs["fingerprint"] = hdf5.to_json(settings), fingerprint
            hdf5.write_table(file, "/", {"speakers": list(speakers)})
            hdf5.write_rows(file, "utterances", AlignedUtterance._fields, utterances)
            offsets = [hdf5.reserve(file, name, *layout) for name, layout in types.items()]
        with open(temporary, "rb+", buffering=0) as file:
            for number, (_, parts) in enumerate(zip(speakers, matched, strict=True)):
                for part, offset, (of_all, kind) in zip(parts, offsets, types.values(), strict=True):
                    values = _checked(part, of_all[1:], kind)
                    with files.writing(path):
                        files.write_at(file, offset + number * values.nbytes, values)


def _row_count(utterances):
    return utterances[-1].start + utterances[-1].length if utterances else 0


def _checked(values, shape, kind):
    """Return `values` in a type or raise a ValueError."""
    with np.errstate(over="ignore", invalid="ignore"):
        stored = np.ascontiguousarray(values, kind)
    if stored.shape != shape or not np.isfinite(stored).all() or (kind is np.uint8 and (stored != values).any()):
        raise ValueError(f"an array {stored.shape}, not {shape}, or with values that {kind.__name__} cannot hold")
    return stored
