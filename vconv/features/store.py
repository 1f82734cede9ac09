"""Reading of the feature file: WORLD features and waves of a corpus in one HDF5 file (docs/files.md).

The arrays are contiguous in the file, so that they can be memory-mapped: frames are read without HDF5, and opening a
file reads none.
"""

import itertools
from pathlib import Path

import numpy as np

from vconv.common import hdf5
from vconv.common.errors import VconvError
from vconv.features import schema
from vconv.features.schema import TYPES, Frames, StoredUtterance

REMEDY = "make it with `vconv extract`"


class FeatureStore:
    """A feature file, open for reading; its arrays are memory-mapped.

    Attributes
    ----------
    path : Path
    settings : dict
        `contents` lists what the file holds: "frames", "wave", "copy_synthesis".
    fingerprint : str
        Equal for files of the same recordings with the same settings.
    speakers : list of str
    f0_range_hz : ndarray [S, 2], float64
        NaN if no range was needed, because the file holds only the recordings' waves.
    utterances : list of StoredUtterance
    failures : list of (speaker, split, name, reason)
    frame_arrays : dict
        Name of a feature of `Frames` → memmap [N, ...] over all frames; empty in a file without frames.
    waves : dict
        "wave", "copy_synthesis", if the file holds them → memmap [M], int16, over all samples; full scale is 32768.

    Raises
    ------
    VconvError
        The file is missing, is no feature file, is incomplete, damaged or of another version.
    """

    def __init__(self, path):
        self.path = Path(path)
        with hdf5.open_file(path, schema.FORMAT, schema.VERSION, REMEDY) as file:
            self.settings = file.json("settings")
            self.fingerprint = file.text("fingerprint")
            self.speakers = file.texts("speakers/name")
            self.f0_range_hz = file.array("speakers/f0_range_hz")
            self.utterances = _utterances(file)
            self.failures = file.rows("failures", schema.FAILURE_COLUMNS)
            mapped = {
                name: file.memory_map(schema.dataset_path(name), dtype, (self._length(name), ...))
                for name, dtype in schema.array_types(self.settings["contents"], file.names("frames")).items()
            }
        self.frame_arrays = {name: mapped[name] for name in TYPES if name in mapped}
        self.waves = {kind: mapped[kind] for kind in schema.WAVES if kind in mapped}

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        """Release the memory maps; the tables stay available."""
        self.frame_arrays = {}
        self.waves = {}

    @property
    def spectrum(self):
        """Memory map [N, K], float16, over all frames: log10(power / energy), at most 0; None without frames."""
        return self.frame_arrays.get("spectrum")

    def require(self, *contents):
        """Raise a VconvError unless the file holds all `contents`: "frames", "wave" or "copy_synthesis"."""
        present = self.settings["contents"]
        missing = [name for name in contents if name not in present]
        if missing:
            setting = f"contents: [{', '.join([*present, *missing])}]"
            raise VconvError(
                f"{self.path}: holds no {' and no '.join(missing)}, only {', '.join(present)}; write {setting} "
                "in corpus.yaml and extract again into another --output"
            )

    def split(self, name):
        """Return the utterances of the split `name`, or raise a VconvError that lists the splits of the file."""
        chosen = [utterance for utterance in self.utterances if utterance.split == name]
        if not chosen:
            splits = ", ".join(sorted({utterance.split for utterance in self.utterances}))
            raise VconvError(
                f"{self.path}: holds no {name} utterances, only {splits}; "
                f"name some under splits in corpus.yaml and extract again"
            )
        return chosen

    def frames(self, split):
        """Return index and speaker of all frames of a split.

        Returns
        -------
        index : ndarray [n], int64
            Index of the frames in the arrays.
        speaker : ndarray [n], int32
            Index of the speaker in `speakers`.

        Raises
        ------
        VconvError
            The file holds no frames or no such split.
        """
        self.require("frames")
        chosen = self.split(split)
        lengths = [utterance.length for utterance in chosen]
        index = [np.arange(utterance.start, utterance.start + utterance.length) for utterance in chosen]
        speaker = np.array([self.speakers.index(utterance.speaker) for utterance in chosen], dtype=np.int32)
        return np.concatenate(index).astype(np.int64), np.repeat(speaker, lengths)

    def read(self, utterance):
        """Return the `Frames` of one of `utterances` as views of the memory maps; VconvError in a file without."""
        self.require("frames")
        frames = slice(utterance.start, utterance.start + utterance.length)
        return Frames(**{name: array[frames] for name, array in self.frame_arrays.items()})

    def read_wave(self, utterance, kind="wave"):
        """Return the samples of one of `utterances`, int16 [samples], as a view of the memory map.

        Parameters
        ----------
        utterance : StoredUtterance
        kind : {"wave", "copy_synthesis"}

        Raises
        ------
        VconvError
            The file does not hold waves of this kind.
        """
        self.require(kind)
        return self.waves[kind][utterance.first_sample : utterance.first_sample + utterance.samples]

    def read_all(self, utterance):
        """Return all arrays of one of `utterances`, name → array, in the form that `writer.write` takes."""
        frames = self.read(utterance).arrays() if "frames" in self.settings["contents"] else {}
        return frames | {kind: self.read_wave(utterance, kind) for kind in self.waves}

    def _length(self, name):
        """Return the length of the array `name` that follows from the table of utterances."""
        return sum(row.length if name in TYPES else row.samples for row in self.utterances)


def _utterances(file):
    """Return the `StoredUtterance`s of an open `StoredFile`."""
    rows = [StoredUtterance(*row) for row in file.rows("utterances", schema.COLUMNS)]
    first = itertools.accumulate((row.samples for row in rows), initial=0)
    return [row._replace(first_sample=start) for row, start in zip(rows, first, strict=False)]
