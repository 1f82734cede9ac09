"""Extraction cache: one file for each analyzed utterance, so that an interrupted extraction loses little."""

import contextlib
import hashlib
import json
import math
import shutil
from pathlib import Path

import numpy as np

from vconv.common import files, hdf5, locks
from vconv.common.errors import VconvError

VERSION = 6  # to be increased when the analysis changes
WHOLE = b"whole"  # last bytes of a complete file
NOTE = "what is done is kept, and the same command continues"


class Parts:
    """The cache, a folder `<output>.parts`; it also stores the settings and F0 ranges of its files ("parts").

    Parameters
    ----------
    output : str or Path
        The feature file.
    settings : dict
        Those of the feature file.

    Attributes
    ----------
    folder : Path
    f0_range_hz : dict
        Speaker → [floor, ceiling] in Hz, as far as known.

    Raises
    ------
    VconvError
        The folder holds parts made with other settings.
    """

    def __init__(self, output, settings):
        self.folder = Path(f"{output}.parts")
        self._index = self.folder / "settings.json"
        self._settings = {"parts_version": VERSION} | settings
        self.f0_range_hz = {}
        if self._index.is_file():
            index = json.loads(self._index.read_text(encoding="utf-8"))
            refuse_other_settings(self.folder, index["settings"], self._settings)
            self.f0_range_hz = index["f0_range_hz"]

    @contextlib.contextmanager
    def locked(self):
        """Lock the folder within the block; VconvError if another extraction works on it."""
        with locks.locked(self.folder, self.folder / ".lock", "another extraction", "choose another --output"):
            try:
                yield
            finally:
                if not self._index.is_file():
                    self.delete()

    def set_ranges(self, f0_range_hz):
        """Store the F0 ranges; it must be called before parts are saved."""
        self.f0_range_hz = f0_range_hz
        index = {"settings": self._settings, "f0_range_hz": f0_range_hz}
        files.write_text(self._index, hdf5.to_json(index), NOTE)

    def path(self, key):
        """Return the path of the part of an utterance, identified by `key` (a tuple of texts and numbers)."""
        return self.folder / f"{hashlib.sha256(hdf5.to_json(key).encode()).hexdigest()[:40]}.part"

    def has(self, key):
        """Return whether the utterance's part exists and is complete; a power failure may leave an incomplete file."""
        try:
            load(self.path(key))
        except (FileNotFoundError, ValueError):
            return False
        return True

    def delete(self):
        """Remove the folder."""
        shutil.rmtree(self.folder, ignore_errors=True)


def save(path, arrays, samples):
    """Write the arrays (name → array) of an utterance with so many `samples`."""
    # The format is a header line, the bytes of the arrays, and an end mark. It can be memory-mapped, and is read twice
    # as fast as .npz.
    layout = [[name, array.dtype.str, array.shape] for name, array in arrays.items()]

    def write_to(temporary):
        with open(temporary, "wb") as file:
            file.write(hdf5.to_json({"samples": samples, "arrays": layout}).encode() + b"\n")
            for array in arrays.values():
                file.write(np.ascontiguousarray(array))
            file.write(WHOLE)

    files.write(path, write_to, durable=False, note=NOTE)


def load(path):
    """Return the arrays of a part (name → array, memory-mapped), and the utterance's number of samples.

    Raises
    ------
    FileNotFoundError
        There is no such file.
    ValueError
        The file is incomplete.
    """
    with open(path, "rb") as file:
        header = json.loads(file.readline())
        offset = file.tell()
    content = np.memmap(path, np.uint8, "r")
    if bytes(content[-len(WHOLE) :]) != WHOLE:
        raise ValueError(f"{path} is incomplete")
    arrays = {}
    for name, dtype, shape in header["arrays"]:
        end = offset + np.dtype(dtype).itemsize * math.prod(shape)
        arrays[name], offset = content[offset:end].view(dtype).reshape(shape), end
    return arrays, header["samples"]


def refuse_other_settings(path, stored, expected):
    """Raise a VconvError if the settings `stored` in `path` differ from those `expected`; it names the first."""
    for key in expected:
        if stored.get(key) != expected[key]:
            raise VconvError(
                f"{path}: was made with {key} {stored.get(key)!r}, but now {expected[key]!r} is asked for; "
                f"choose another --output, or delete it to extract again"
            )
