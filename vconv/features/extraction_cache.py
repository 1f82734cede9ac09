"""The folder beside a feature file in the making: one small file for each utterance analyzed, so nothing is lost."""

import hashlib
import json
import math
import shutil
from pathlib import Path

import numpy as np

from vconv.common import files, hdf5
from vconv.common.errors import VconvError

VERSION = 5  # to be raised when the analysis changes
WHOLE = b"whole"
REMEDY = "what is done is kept: make room and run the same command again"


class Parts:
    """The folder `<output>.parts`; it also knows the settings and F0 ranges its files were made with.

    Attributes
    ----------
    folder : Path
    f0_range_hz : dict
        Speaker → [floor, ceiling], as far as known.

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

    def set_ranges(self, f0_range_hz):
        """Remember the F0 ranges; parts may be saved from now on."""
        self.f0_range_hz = f0_range_hz
        index = {"settings": self._settings, "f0_range_hz": f0_range_hz}
        files.write_text(self._index, hdf5.to_json(index), REMEDY)

    def path(self, key):
        """Return the path of the part of an utterance with the identity `key` (a tuple of texts and numbers)."""
        return self.folder / f"{hashlib.sha256(hdf5.to_json(key).encode()).hexdigest()[:40]}.part"

    def has(self, key):
        """Tell whether the utterance is there, whole: a power cut may have left a file cut short."""
        try:
            load(self.path(key))
        except (FileNotFoundError, ValueError):
            return False
        return True

    def delete(self):
        """Remove the folder."""
        shutil.rmtree(self.folder, ignore_errors=True)


def save(path, arrays, samples):
    """Write the arrays (name → array) of one utterance, `samples` samples long, in their types."""
    # A line that says what follows, the arrays' bytes, and a mark: read twice as fast as an .npz, and memory-mapped.
    kinds = [[name, array.dtype.str, array.shape] for name, array in arrays.items()]

    def write_to(temporary):
        with open(temporary, "wb") as file:
            file.write(hdf5.to_json({"samples": samples, "arrays": kinds}).encode() + b"\n")
            for array in arrays.values():
                file.write(np.ascontiguousarray(array))
            file.write(WHOLE)

    files.write(path, write_to, durable=False, remedy=REMEDY)


def load(path):
    """Return the arrays of the part `path`, memory-mapped, as name → array, and the number of samples.

    Raises
    ------
    ValueError
        The file is not whole.
    """
    with open(path, "rb") as file:
        header = json.loads(file.readline())
        offset = file.tell()
    content = np.memmap(path, np.uint8, "r")
    if bytes(content[-len(WHOLE) :]) != WHOLE:
        raise ValueError(f"{path} is cut short")
    arrays = {}
    for name, kind, shape in header["arrays"]:
        end = offset + np.dtype(kind).itemsize * math.prod(shape)
        arrays[name], offset = content[offset:end].view(kind).reshape(shape), end
    return arrays, header["samples"]


def refuse_other_settings(path, found, wanted):
    """Raise a VconvError if the settings `found` at `path` are not those `wanted`; it names the first that differs."""
    for key in wanted:
        if found.get(key) != wanted[key]:
            raise VconvError(
                f"{path}: was made with {key} {found.get(key)!r}, but now {wanted[key]!r} is asked for; "
                f"choose another --output, or delete it to extract anew"
            )
