"""The folder beside a feature file in the making: one small file for each utterance analysed, so nothing is lost."""
import hashlib
import json
import shutil
from pathlib import Path

import numpy as np

from vconv import files
from vconv.errors import VconvError
from vconv.features import hdf5

VERSION = 2
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
        return self.folder / f"{hashlib.sha256(hdf5.to_json(key).encode()).hexdigest()[:40]}.npy"

    def has(self, key):
        """Tell whether the utterance is there, whole: a power cut may have left a file cut short."""
        try:
            return self.path(key).is_file() and load(self.path(key))[1] > 0
        except (ValueError, EOFError):
            return False

    def delete(self):
        """Remove the folder."""
        shutil.rmtree(self.folder, ignore_errors=True)


def save(path, arrays, samples):
    """Write the arrays (name → array) of one utterance, `samples` samples long, in their types."""
    # One record: a file without compression or checksum is written and read twice as fast as several in an .npz.
    # The samples come last: where a power cut left zeros at the end of the file, they are 0.
    kinds = [(name, array.dtype, array.shape) for name, array in arrays.items()]
    record = np.empty(1, [*kinds, ("samples", np.int64)])
    record["samples"] = samples
    for name, array in arrays.items():
        record[name] = array
    with files.replacing(path, durable=False, remedy=REMEDY) as temporary, open(temporary, "wb") as file:
        np.lib.format.write_array_header_1_0(file, np.lib.format.header_data_from_array_1_0(record))
        file.write(record.view(np.uint8))  # np.save would not say why it fails


def load(path):
    """Return the arrays of the part `path`, memory-mapped, as name → array, and the number of samples."""
    record = np.load(path, "r", allow_pickle=False)
    arrays = {name: record[name][0] for name in record.dtype.names}
    return arrays, int(arrays.pop("samples"))


def refuse_other_settings(path, found, wanted):
    """Raise a VconvError if the settings `found` at `path` are not those `wanted`; it names the first that differs."""
    for key in wanted:
        if found.get(key) != wanted[key]:
            raise VconvError(f"{path}: was made with {key} {found.get(key)!r}, but now {wanted[key]!r} is asked for; "
                             f"choose another --output, or delete it to extract anew")
