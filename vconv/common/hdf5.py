"""HDF5 files that know their format and version: how they are written whole, opened, checked and read."""

import contextlib
import errno
import json
import os
import shutil
from pathlib import Path

import h5py
import numpy as np

from vconv.common import files
from vconv.common.errors import VconvError

SMALL_BYTES = 1 << 24  # for tables and statistics
DAMAGE = (OSError, KeyError, ValueError, TypeError, AttributeError, RuntimeError)  # raised by reads of a broken file


def write(path, kind, version, attributes, columns):
    """Write a small HDF5 file, whole or not at all.

    Parameters
    ----------
    path : str or Path
    kind, version : str, int
        The format that `open_file` checks.
    attributes : dict
        Name → text or number.
    columns : dict
        Name → array or list, as `write_table` takes them.

    Raises
    ------
    VconvError
        The folder cannot be written or the disk is full; the old file, if any, is untouched.
    """

    def write_to(temporary):
        with new_file(temporary, kind, version) as file:
            file.attrs.update(attributes)
            write_table(file, "/", columns)

    files.write(path, write_to)


@contextlib.contextmanager
def new_file(path, kind, version, extra_bytes=0):
    """Yield a new h5py.File with its format and version; OSError if there is no room for it and `extra_bytes` more."""
    make_room(path, extra_bytes)
    # Aligned arrays: a memory map of float32 at an odd offset would be slow.
    with h5py.File(path, "w", alignment_threshold=1024, alignment_interval=4096) as file:
        file.attrs["format"], file.attrs["version"] = kind, version
        yield file


def make_room(path, extra_bytes):
    """Create the empty file `path`; OSError if there is no room for a small HDF5 file with `extra_bytes` more.

    HDF5 must not meet a full disk itself: closing the file would fail, and then crash the process at its end.
    """
    if shutil.disk_usage(Path(path).parent).free < extra_bytes + SMALL_BYTES:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    with open(path, "wb") as file:
        file.truncate(extra_bytes + SMALL_BYTES)  # some file systems take no file of this size


def reserve(file, name, shape, dtype):
    """Create a contiguous data set without writing it; return where in the file its bytes belong."""
    layout = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    layout.set_layout(h5py.h5d.CONTIGUOUS)
    layout.set_alloc_time(h5py.h5d.ALLOC_TIME_EARLY)
    layout.set_fill_time(h5py.h5d.FILL_TIME_NEVER)
    return file.create_dataset(name, shape, dtype, dcpl=layout).id.get_offset()


def write_table(file, name, columns):
    """Write `columns` (name → list or array) as data sets below the group `name`; texts become UTF-8 strings."""
    for column, values in columns.items():
        texts = all(isinstance(value, str) for value in values)
        file.create_dataset(f"{name}/{column}", data=values, dtype=h5py.string_dtype() if texts else None)


def write_rows(file, name, names, rows):
    """Write a table given as `rows`, tuples of values for the columns `names`; there may be none."""
    columns = map(list, zip(*rows, strict=True)) if rows else ([] for _ in names)
    write_table(file, name, dict(zip(names, columns, strict=True)))


@contextlib.contextmanager
def open_file(path, kind, version, remedy):
    """Yield the file `path` as a `StoredFile`, if it has the given format and version.

    An error of the block passes unchanged; what the methods of the `StoredFile` cannot read is a VconvError.

    Raises
    ------
    VconvError
        The file is missing, no HDF5, cut short, damaged, or of another format or version; `remedy` ends the message.
    """
    path = Path(path)
    if not path.is_file():
        raise VconvError(f"{path}: there is no such file; {remedy}")
    with damaged(path, remedy):
        file = h5py.File(path, "r")
    with file:
        with damaged(path, remedy):
            found_kind, found = file.attrs.get("format"), int(file.attrs.get("version", 0))
        if found_kind != kind:
            raise VconvError(f"{path}: is an HDF5 file, but holds no {kind}; {remedy}")
        if found != version:
            raise VconvError(f"{path}: is version {found} of {kind}, this vconv reads version {version}; {remedy}")
        yield StoredFile(path, file, remedy)


@contextlib.contextmanager
def damaged(path, remedy):
    """Turn an error of the block, which does nothing but read or check parts of the file `path`, into a VconvError."""
    try:
        yield
    except DAMAGE as error:
        damage = f"is no HDF5 file, or a damaged one ({' '.join(str(error).split())}); {remedy}"
        raise VconvError(f"{path}: {obstacle(error) or damage}") from error


def obstacle(error):
    """Return what keeps a file that may be whole from being read, with the remedy; None after an error by damage."""
    if isinstance(error, BlockingIOError):
        return "is locked by a program that writes it; close it there and run the same command again"
    if getattr(error, "errno", None) in (None, errno.EINVAL):
        return None
    return f"cannot be read ({os.strerror(error.errno)}); mend that and run the same command again"


class StoredFile:
    """An HDF5 file open for reading; a method raises a VconvError if the file lacks what it is asked for."""

    def __init__(self, path, file, remedy):
        self._path, self._file, self._remedy = path, file, remedy

    def text(self, name):
        """Return an attribute as str."""
        with damaged(self._path, self._remedy):
            return str(self._file.attrs[name])

    def json(self, name):
        """Return the content of an attribute that holds JSON."""
        with damaged(self._path, self._remedy):
            return json.loads(self._file.attrs[name])

    def names(self, name):
        """Return the names in the group `name`; none if there is no such group."""
        with damaged(self._path, self._remedy):
            return list(self._file.get(name, ()))

    def array(self, name):
        """Return a data set as an ndarray."""
        with damaged(self._path, self._remedy):
            return self._file[name][()]

    def arrays(self, name):
        """Return the data sets 0, 1, 2, … of the group `name` as a list of ndarrays."""
        with damaged(self._path, self._remedy):
            group = self._file[name]
            return [group[str(number)][()] for number in range(len(group))]

    def texts(self, name):
        """Return a data set of UTF-8 strings as a list of str."""
        with damaged(self._path, self._remedy):
            return _texts(self._file[name])

    def rows(self, name, columns):
        """Return the `columns` of the table `name` as a list of tuples."""
        with damaged(self._path, self._remedy):
            found = [self._file[name][column] for column in columns]
            values = [_texts(column) if column.dtype == object else column[:].tolist() for column in found]
            return list(zip(*values, strict=True))

    def memory_map(self, name, dtype, shape):
        """Return a contiguous data set as a read-only memory map; a `shape` that ends with ... leaves the rest open."""
        with damaged(self._path, self._remedy):
            dataset = self._file[name]
            offset = dataset.id.get_offset()
            fits = dataset.shape[: len(shape) - 1] == shape[:-1] if shape[-1] is ... else dataset.shape == shape
            if offset is None or dataset.dtype != dtype or not fits:
                raise ValueError(f"{dataset.name} is no contiguous {np.dtype(dtype)} array of shape {shape}")
            return np.memmap(self._path, dataset.dtype, "r", offset, dataset.shape)


def _texts(dataset):
    return [text.decode() for text in dataset[:]]


def to_json(settings):
    """Return `settings` as JSON text, the same text for the same settings."""
    return json.dumps(settings, sort_keys=True, ensure_ascii=False)
