"""Extraction cache: one file for each analyzed utterance, so that an interrupted extraction loses little."""

import contextlib
import json

from vconv.common import files, hdf5
from vconv.common.errors import VconvError
from vconv.engines.shards import NOTE, Shards

VERSION = 7  # to be increased when the analysis changes


class Parts(Shards):
    """The cache, a folder `<output>.parts`; it also stores the settings and F0 ranges of its files ("parts").

    Parameters
    ----------
    output : str or Path
        The feature file.
    settings : dict
        Those of the feature file.
    part : vconv.engines.shards.Part, optional
        The part of the utterances that this process analyzes.

    Attributes
    ----------
    folder : Path
    f0_range_hz : dict
        Speaker → [floor, ceiling] in Hz, as far as known.
    digests : dict
        (speaker, split, name, size of the file, when it was written in nanoseconds since 1970) → digest, as far as
        known.

    Raises
    ------
    VconvError
        The folder holds parts made with other settings.
    """

    def __init__(self, output, settings, part=None):
        super().__init__(f"{output}.parts", part)
        # Processes of several parts write at the same time, so each has a file.
        self._index = self.folder / (f"settings-{part.number}-of-{part.count}.json" if part else "settings.json")
        self._settings = {"parts_version": VERSION} | settings
        self.f0_range_hz, self.digests = {}, {}
        for path in sorted(self.folder.glob("settings*.json")):
            index = json.loads(path.read_text(encoding="utf-8"))
            refuse_other_settings(self.folder, index["settings"], self._settings)
            self.f0_range_hz |= index["f0_range_hz"]
            self.digests |= {tuple(identity): digest for *identity, digest in index["digests"]}

    @contextlib.contextmanager
    def locked(self):
        """Lock the folder within the block; VconvError if another extraction works on it."""
        with super().locked("another extraction"):
            try:
                yield
            finally:
                if self.part is None and not list(self.folder.glob("settings*.json")):
                    self.delete()

    def set_ranges(self, f0_range_hz, digests):
        """Store the F0 ranges, and the `digests` of this process; it must be called before parts are saved."""
        self.f0_range_hz = f0_range_hz
        rows = [[*identity, digest] for identity, digest in digests.items()]
        index = {"settings": self._settings, "f0_range_hz": f0_range_hz, "digests": rows}
        files.write_text(self._index, hdf5.to_json(index), NOTE)


def refuse_other_settings(path, stored, expected):
    """Raise a VconvError if the settings `stored` in `path` differ from those `expected`; it names the first."""
    for key in expected:
        if stored.get(key) != expected[key]:
            raise VconvError(
                f"{path}: was made with {key} {stored.get(key)!r}, but now {expected[key]!r} is asked for; "
                f"choose another --output, or delete it to extract again"
            )
