"""The folder beside a feature file in the making: one small file for each utterance analysed, so nothing is lost."""
import hashlib
import json
import shutil
import zipfile
from pathlib import Path

import numpy as np

from vconv.errors import VconvError
from vconv.features import hdf5
from vconv.features.store import TYPES, Frames

VERSION = 1


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
        self._settings = settings | {"parts_version": VERSION}
        self.f0_range_hz = {}
        if self._index.is_file():
            index = json.loads(self._index.read_text(encoding="utf-8"))
            refuse_other_settings(self.folder, index["settings"], self._settings)
            self.f0_range_hz = index["f0_range_hz"]

    def set_ranges(self, f0_range_hz):
        """Remember the F0 ranges; parts may be saved from now on."""
        self.f0_range_hz = f0_range_hz
        index = {"settings": self._settings, "f0_range_hz": f0_range_hz}
        with hdf5.replacing(self._index) as temporary:
            temporary.write_text(hdf5.to_json(index), encoding="utf-8")

    def path(self, key):
        """Return the path of the part of an utterance with the identity `key` (a tuple of texts and numbers)."""
        return self.folder / f"{hashlib.sha256(hdf5.to_json(key).encode()).hexdigest()[:40]}.npz"

    def has(self, key):
        """Tell whether the utterance is there, whole."""
        return zipfile.is_zipfile(self.path(key))

    def delete(self):
        """Remove the folder."""
        shutil.rmtree(self.folder, ignore_errors=True)


def save(path, frames, samples):
    """Write the `Frames` of one utterance, `samples` samples long, with the types of the feature file."""
    # A power cut may leave a broken file; it is no zip file then, and made again.
    with hdf5.replacing(path, durable=False) as temporary, open(temporary, "wb") as file:
        np.savez(file, samples=samples, **frames._asdict())


def size(path):
    """Return (frames, samples) of the part `path`."""
    with np.load(path, allow_pickle=False) as part:
        return len(part["energy"]), int(part["samples"])


def load(path):
    """Return the `Frames` of the part `path`."""
    with np.load(path, allow_pickle=False) as part:
        return Frames(*(part[name] for name in TYPES))


def refuse_other_settings(path, found, wanted):
    """Raise a VconvError if the settings `found` at `path` are not those `wanted`; it names the first that differs."""
    for key in wanted:
        if found.get(key) != wanted[key]:
            raise VconvError(f"{path}: was made with {key} {found.get(key)!r}, but now {wanted[key]!r} is asked for; "
                             f"choose another --output, or delete it to extract anew")
