"""Arrays on disk: rows are appended and read back in any order, for data that would not fit into the memory."""

import tempfile
from pathlib import Path

import numpy as np

from vconv.common import files


class Spool:
    """Rows of numbers in a temporary file that vanishes when it is closed or the process ends.

    Parameters
    ----------
    folder : str or Path
        Where the file is; made if missing.
    columns : int or None
        Numbers of a row; None for an array with one axis.
    dtype : numpy type
        Of the numbers in the file.

    Raises
    ------
    VconvError
        The folder cannot be written, or the disk is full; also raised by `append`.
    """

    def __init__(self, folder, columns=None, dtype=np.float32):
        self._folder, self._dtype = Path(folder), np.dtype(dtype)
        self._shape, self._row_bytes = (() if columns is None else (columns,)), (columns or 1) * self._dtype.itemsize
        self._rows = 0
        with files.writing(self._folder):
            self._folder.mkdir(parents=True, exist_ok=True)
            self._file = tempfile.TemporaryFile(dir=self._folder, buffering=0)  # noqa: SIM115

    def __len__(self):
        return self._rows

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._file.close()

    def append(self, rows):
        """Append an array [n] or [n, columns]."""
        rows = np.ascontiguousarray(rows, self._dtype)
        with files.writing(self._folder):
            files.write_at(self._file, self._rows * self._row_bytes, rows)
        self._rows += len(rows)

    def read(self, first=0, last=None):
        """Return the rows from `first` to before `last`, float64; those that do not exist are left out."""
        last = self._rows if last is None else min(last, self._rows)
        count = max(last - first, 0)
        self._file.seek(first * self._row_bytes)
        found = np.empty((count, *self._shape), self._dtype)
        rest = memoryview(found).cast("B") if count else b""
        while rest:
            rest = rest[self._file.readinto(rest) :]
        return found.astype(np.float64)

    def blocks(self, size):
        """Yield the rows in order, `size` at once, the last time fewer."""
        for first in range(0, self._rows, size):
            yield self.read(first, first + size)
