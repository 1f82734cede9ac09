"""The feature file: WORLD features of a whole corpus in one HDF5 file; the only place that knows its names and types.

`docs/hdf5.md` describes the file. Its arrays are contiguous, so they are memory-mapped: any frame of a corpus of any
size is read at once, and opening a file loads no frames.
"""
import hashlib
import itertools
import json
import math
from pathlib import Path
from typing import NamedTuple

import numpy as np

from vconv import files
from vconv.errors import VconvError
from vconv.features import hdf5

FORMAT, VERSION = "vconv features", 1
TYPES = {"spectrum": np.float16, "energy": np.float32, "f0_hz": np.float32, "aperiodicity": np.float32}
LOWEST_LOG_SPECTRUM = -32.0
REMEDY = "make it with `vconv extract`"


class Frames(NamedTuple):
    """The features of T frames.

    spectrum [T, K] is log10 of the power spectrum divided by its energy, energy [T] the sum of the power spectrum,
    f0_hz [T] is 0 where unvoiced, aperiodicity [T, bands] is in dB, as WORLD codes it.
    """

    spectrum: np.ndarray
    energy: np.ndarray
    f0_hz: np.ndarray
    aperiodicity: np.ndarray


class StoredUtterance(NamedTuple):
    """One line of the table of utterances: its frames are `start : start + length` of every array.

    `samples` counts the samples at the store's rate, `file_bytes` is the size of the recording's file.
    """

    name: str
    speaker: str
    split: str
    start: int
    length: int
    samples: int
    file_bytes: int = 0


def write(path, settings, f0_range_hz, utterances, frames, failures=()):
    """Write a feature file, whole or not at all.

    Parameters
    ----------
    path : str or Path
    settings : dict
        What made the features: sample_rate, frame_period_ms, fft_size, f0_method, …; kept as JSON.
    f0_range_hz : dict
        Speaker → (floor, ceiling) in Hz; its keys, sorted, are the speakers.
    utterances : list of StoredUtterance
        `start` is filled in here; length, samples and the rest must be right.
    frames : iterable of Frames
        One for each utterance, in the same order.
    failures : list of (speaker, split, name, reason)
        Recordings without features.

    Raises
    ------
    VconvError
        There are no utterances, the disk is full or the folder cannot be written.
    ValueError
        Frames that are not finite, not as long as their table says, or a spectrum outside [-32, 0].
    """
    if not utterances:
        raise VconvError(f"{path}: there are no utterances to write")
    starts = np.cumsum([0] + [utterance.length for utterance in utterances]).tolist()
    utterances = [utterance._replace(start=start) for utterance, start in zip(utterances, starts, strict=False)]
    frames = iter(frames)
    first = next(frames)
    shapes = {name: (starts[-1], *array.shape[1:]) for name, array in first._asdict().items()}
    total_bytes = sum(np.dtype(TYPES[name]).itemsize * math.prod(shape) for name, shape in shapes.items())
    with files.replacing(path) as temporary:
        with hdf5.new_file(temporary, FORMAT, VERSION, total_bytes) as file:
            file.attrs["settings"] = hdf5.to_json(settings)
            file.attrs["fingerprint"] = _fingerprint(settings, f0_range_hz, utterances)
            hdf5.write_table(file, "utterances", _columns(StoredUtterance._fields, utterances))
            hdf5.write_table(file, "failures", _columns(("speaker", "split", "name", "reason"), failures))
            speakers = sorted(f0_range_hz)
            ranges = np.array([f0_range_hz[name] for name in speakers], np.float64)
            hdf5.write_table(file, "speakers", {"name": speakers, "f0_range_hz": ranges})
            offsets = [hdf5.reserve(file, f"frames/{name}", shape, TYPES[name]) for name, shape in shapes.items()]
        _write_frames(temporary, offsets, utterances, itertools.chain([first], frames))


class FeatureStore:
    """A feature file, open for reading; its arrays over all frames are memory-mapped.

    Attributes
    ----------
    path : Path
    settings : dict
    fingerprint : str
        The same for files made of the same recordings with the same settings.
    speakers : list of str
    f0_range_hz : ndarray [S, 2], float64
    utterances : list of StoredUtterance
    failures : list of (speaker, split, name, reason)
    spectrum : memmap [N, K], float16
        log10(power / energy), at most 0.
    energy : memmap [N], float32
    f0_hz : memmap [N], float32
    aperiodicity : memmap [N, bands], float32

    Raises
    ------
    VconvError
        The file is missing, no feature file, cut short or made by another version.
    """

    def __init__(self, path):
        self.path = Path(path)
        with hdf5.open_file(path, FORMAT, VERSION, REMEDY) as file:
            self.settings = json.loads(file.attrs["settings"])
            self.fingerprint = str(file.attrs["fingerprint"])
            self.speakers = hdf5.read_texts(file["speakers/name"])
            self.f0_range_hz = file["speakers/f0_range_hz"][:]
            self.utterances = [StoredUtterance(*row) for row in _rows(file["utterances"], StoredUtterance._fields)]
            self.failures = _rows(file["failures"], ("speaker", "split", "name", "reason"))
            mapped = {name: _map(self.path, file[f"frames/{name}"]) for name in TYPES}
        self.spectrum, self.energy = mapped["spectrum"], mapped["energy"]
        self.f0_hz, self.aperiodicity = mapped["f0_hz"], mapped["aperiodicity"]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        """Let go of the memory maps; the tables stay."""
        self.spectrum = self.energy = self.f0_hz = self.aperiodicity = None

    def split(self, name):
        """Return the utterances of the split `name` or raise a VconvError that lists the splits there are."""
        chosen = [utterance for utterance in self.utterances if utterance.split == name]
        if not chosen:
            there = ", ".join(sorted({utterance.split for utterance in self.utterances}))
            raise VconvError(f"{self.path}: holds no {name} utterances, only {there}; "
                             f"name some under splits in corpus.yaml and extract again")
        return chosen

    def frames(self, split):
        """Return where all frames of a split are and who speaks them.

        Returns
        -------
        index : ndarray [n], int64
            Rows of the arrays.
        speaker : ndarray [n], int32
            Positions in `speakers`.
        """
        chosen = self.split(split)
        lengths = [utterance.length for utterance in chosen]
        index = [np.arange(utterance.start, utterance.start + utterance.length) for utterance in chosen]
        speaker = np.array([self.speakers.index(utterance.speaker) for utterance in chosen], dtype=np.int32)
        return np.concatenate(index).astype(np.int64), np.repeat(speaker, lengths)

    def read(self, utterance):
        """Return the `Frames` of one of `utterances` as views of the memory maps."""
        rows = slice(utterance.start, utterance.start + utterance.length)
        return Frames(*(getattr(self, name)[rows] for name in TYPES))


def check(frames):
    """Raise a ValueError unless all `frames` are finite and the log spectrum lies in [-32, 0]."""
    if not all(np.isfinite(array).all() for array in frames[1:]):
        raise ValueError("a feature is NaN or infinite")
    # NumPy compares float16 slowly, but their bit patterns fast: without the sign bit they grow with the magnitude, and
    # NaN lies above all; with it, 1 to 0x7FFF are the positive numbers.
    bits = np.ascontiguousarray(frames.spectrum, np.float16).view(np.uint16)
    lowest = np.float16(LOWEST_LOG_SPECTRUM).view(np.uint16) & 0x7FFF
    if (bits & 0x7FFF).max() >= lowest or (bits - np.uint16(1)).min() < 0x7FFF:
        raise ValueError(f"log10(power / energy) is NaN or not between {LOWEST_LOG_SPECTRUM:g} and 0")


def _write_frames(path, offsets, utterances, frames):
    """Write the arrays over all frames where the file has room for them, one utterance after the other.

    Plain writing tells of a full disk with a plain OSError, and is quicker than through HDF5.
    """
    with open(path, "rb+") as file:
        for utterance, some in zip(utterances, frames, strict=True):
            if not utterance.length or any(len(array) != utterance.length for array in some):
                raise ValueError(f"{utterance.name}: its arrays are empty or not all {utterance.length} frames long")
            check(some)
            for offset, kind, array in zip(offsets, TYPES.values(), some, strict=True):
                values = np.ascontiguousarray(array, kind)
                file.seek(offset + utterance.start * (values.nbytes // utterance.length))
                file.write(values)


def _map(path, dataset):
    """Return the memory map of a contiguous data set."""
    return np.memmap(path, dataset.dtype, "r", dataset.id.get_offset(), dataset.shape)


def _columns(names, rows):
    """Return the rows of a table as name → column."""
    return dict(zip(names, map(list, zip(*rows, strict=True)), strict=True)) if rows else {name: [] for name in names}


def _rows(group, names):
    """Return a table written by `_columns` as a list of tuples."""
    columns = [hdf5.read_texts(group[name]) if group[name].dtype == object else group[name][:].tolist()
               for name in names]
    return list(zip(*columns, strict=True))


def _fingerprint(settings, f0_range_hz, utterances):
    """Return a SHA-256 of all that decides what the frames are, but for the recordings' samples themselves."""
    identity = hdf5.to_json([settings, {name: list(map(float, f0_range_hz[name])) for name in f0_range_hz}, utterances])
    return hashlib.sha256(identity.encode()).hexdigest()
