"""The frame-pair file: for each frame of a corpus, acoustic features of other speakers for the same sound."""

from pathlib import Path
from typing import NamedTuple

import numpy as np

from vconv.alignment import partners
from vconv.common import files, hdf5
from vconv.common.errors import VconvError
from vconv.features.acoustic import ACOUSTIC_SIZE, FRAME_STEP, TRANSFORMED_SIZE

FORMAT, VERSION = "vconv frame pairs", 5
FILE_NAME = "frame_pairs.h5"  # beside the features
SPLITS = ("training", "validation")
REMEDY = "make it with `vconv match`"


class AlignedUtterance(NamedTuple):
    """One row of the table of utterances; its frames are `start : start + length` of `FramePairs.matched`."""

    name: str
    speaker: str
    split: str
    start: int
    length: int


class FramePairs:
    """A frame-pair file, open for reading; frame t of an utterance is frame `FRAME_STEP` · t of the feature file.

    Attributes
    ----------
    path : Path
    settings : dict
        Settings of the alignment.
    fingerprint : str
        That of the feature file.
    speakers : list of str
        In the order of the feature file.
    utterances : list of AlignedUtterance
        The training and validation utterances, in the order of the feature file.
    targets : ndarray [S, K], int32
        Numbers of the target speakers of each speaker's frames, ascending. The speaker itself is one of them; K is S
        if all speakers were matched with all.
    matched : memmap [K, n, 40], float16
        Acoustic features of each target for each frame: the mean over the target's training frames that were matched
        to it. For a target's own frames, their features.
    weight : memmap [K, n], uint8
        Number of matched frames; 1 for a target's own speech frames, 0 for its pauses.
    transforms : ndarray [S, S, 25, 24], float32
        [target, source]: the affine transform of mel-cepstral coefficients 1 to 24, relative to each speaker's mean and
        standard deviation, from one speaker to another; the last row is the offset.

    Raises
    ------
    VconvError
        The file is missing, is no frame-pair file, is incomplete, damaged or of another version.
    """

    def __init__(self, path):
        self.path = Path(path)
        with hdf5.open_file(path, FORMAT, VERSION, REMEDY) as file:
            self.settings = file.json("settings")
            self.fingerprint = file.text("fingerprint")
            self.speakers = file.texts("speakers")
            self.utterances = [AlignedUtterance(*row) for row in file.rows("utterances", AlignedUtterance._fields)]
            self.targets = file.array("targets")
            shape = (self.targets.shape[1], _frame_count(self.utterances), ACOUSTIC_SIZE)
            self.matched = file.memory_map("matched", np.float16, shape)
            self.weight = file.memory_map("weight", np.uint8, shape[:2])
            self.transforms = partners.all_transforms(self.targets, file.array("transforms"))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        """Release the memory maps; the tables stay available."""
        self.matched = self.weight = None


def open_for(store, path=None):
    """Return the `FramePairs` for a `FeatureStore`, from `path` or, by default, from the file beside the store.

    Raises
    ------
    VconvError
        As of `FramePairs`, or the frame pairs are those of other features.
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


def write(path, settings, fingerprint, speakers, utterances, targets, matched):
    """Write a frame-pair file, whole or not at all.

    Parameters
    ----------
    path : str or Path
    settings : dict
        Settings of the alignment; stored as JSON.
    fingerprint : str
        That of the feature file.
    speakers : list of str
    utterances : list of AlignedUtterance
        As `table` returns them.
    targets : ndarray [S, K], int32
        As of `FramePairs`.
    matched : iterable of (ndarray [n, 40], ndarray [n], ndarray [S, 25, 24])
        One for each column of `targets`: acoustic features of that target for all frames, their weights, and the
        transforms from all speakers to it. A generator keeps one column in memory at a time.

    Raises
    ------
    VconvError
        The disk is full or the folder cannot be written.
    ValueError
        `matched` has another length, an array has another shape, or float16 or uint8 cannot hold a value.
    """
    slots = targets.shape[1]
    shape = (slots, _frame_count(utterances), ACOUSTIC_SIZE)
    types = {
        "matched": (shape, np.float16),
        "weight": (shape[:2], np.uint8),
        "transforms": ((slots, len(speakers), TRANSFORMED_SIZE + 1, TRANSFORMED_SIZE), np.float32),
    }
    size = sum(int(np.prod(shape)) * np.dtype(kind).itemsize for shape, kind in types.values())
    with files.replacing(path) as temporary:
        with files.writing(path), hdf5.new_file(temporary, FORMAT, VERSION, size) as file:
            file.attrs["settings"], file.attrs["fingerprint"] = hdf5.to_json(settings), fingerprint
            hdf5.write_table(file, "/", {"speakers": list(speakers)})
            hdf5.write_rows(file, "utterances", AlignedUtterance._fields, utterances)
            file["targets"] = targets
            offsets = [hdf5.reserve(file, name, *layout) for name, layout in types.items()]
        with open(temporary, "rb+", buffering=0) as file:
            _write_arrays(file, path, offsets, list(types.values()), matched)


def _write_arrays(file, path, offsets, layouts, matched):
    """Write the arrays of each column to the space reserved in the open file; `layouts` are (shape, type)."""
    for number, arrays in zip(range(layouts[0][0][0]), matched, strict=True):
        for array, offset, (shape, dtype) in zip(arrays, offsets, layouts, strict=True):
            values = _checked(array, shape[1:], dtype)
            with files.writing(path):
                files.write_at(file, offset + number * values.nbytes, values)


def _frame_count(utterances):
    return utterances[-1].start + utterances[-1].length if utterances else 0


def _checked(values, shape, dtype):
    """Return `values` as `dtype`, or raise a ValueError if they have another shape or do not fit the type."""
    with np.errstate(over="ignore", invalid="ignore"):
        stored = np.ascontiguousarray(values, dtype)
    if stored.shape != shape or not np.isfinite(stored).all() or (dtype is np.uint8 and (stored != values).any()):
        raise ValueError(f"an array {stored.shape}, not {shape}, or with values that {dtype.__name__} cannot hold")
    return stored
