"""HDF5 files that know their format and version when they are opened."""

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


@contextlib.contextmanager
def create(path, kind, version):
    """Yield a new h5py.File for small things; it takes the place of `path` once the block ends without an error.

    Raises
    ------
    VconvError
        The folder cannot be written or the disk is full; the old file, if any, is untouched.
    """
    with files.replacing(path) as temporary, new_file(temporary, kind, version) as file:
        yield file


@contextlib.contextmanager
def new_file(path, kind, version, extra_bytes=0):
    """Yield a new h5py.File with its format and version; OSError if there is no room for it and `extra_bytes` more.

    It must not come to HDF5 meeting a full disk: closing the file would fail, and then crash the process at its end.
    """
    if shutil.disk_usage(Path(path).parent).free < extra_bytes + SMALL_BYTES:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    with open(path, "wb") as file:
        file.truncate(extra_bytes + SMALL_BYTES)  # some file systems take no file of this size
    # Aligned arrays: a memory map of float32 at an odd offset would be slow.
    with h5py.File(path, "w", alignment_threshold=1024, alignment_interval=4096) as file:
        file.attrs["format"], file.attrs["version"] = kind, version
        yield file


def reserve(file, name, shape, dtype):
    """Create a contiguous data set without writing it; return where in the file its bytes belong."""
    layout = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    layout.set_layout(h5py.h5d.CONTIGUOUS)
    layout.set_alloc_time(h5py.h5d.ALLOC_TIME_EARLY)
    layout.set_fill_time(h5py.h5d.FILL_TIME_NEVER)
    return file.create_dataset(name, shape, dtype, dcpl=layout).id.get_offset()


@contextlib.contextmanager
def open_file(path, kind, version, remedy, oldest=None):
    """Yield the h5py.File `path`, opened for reading, if it has the given format and version, or one from `oldest` on.

    Raises
    ------
    VconvError
        The file is missing, no HDF5, cut short, damaged, or of another format or version; `remedy` ends the message.
    """
    path = Path(path)
    if not path.is_file():
        raise VconvError(f"{path}: there is no such file; {remedy}")
    try:
        with h5py.File(path, "r") as file:
            if file.attrs.get("format") != kind:
                raise VconvError(f"{path}: is an HDF5 file, but holds no {kind}; {remedy}")
            found = file.attrs.get("version")
            readable = range(version if oldest is None else oldest, version + 1)
            if found not in readable:
                raise VconvError(
                    f"{path}: is version {found} of {kind}, this vconv reads version "
                    f"{' and '.join(map(str, readable))}; {remedy}"
                )
            yield file
    except (OSError, KeyError, ValueError) as error:
        reason = " ".join(str(error).split())
        raise VconvError(f"{path}: is no HDF5 file, or a damaged one ({reason}); {remedy}") from error


def write_table(file, name, columns):
    """Write `columns` (name → list or array) as data sets below the group `name`; texts become UTF-8 strings."""
    for column, values in columns.items():
        texts = all(isinstance(value, str) for value in values)
        file.create_dataset(f"{name}/{column}", data=values, dtype=h5py.string_dtype() if texts else None)


def write_rows(file, name, names, rows):
    """Write a table given as `rows`, tuples of values for the columns `names`; there may be none."""
    columns = map(list, zip(*rows, strict=True)) if rows else ([] for _ in names)
    write_table(file, name, dict(zip(names, columns, strict=True)))


def read_rows(group, names):
    """Return the columns `names` of a table as a list of tuples."""
    columns = [read_texts(group[name]) if group[name].dtype == object else group[name][:].tolist() for name in names]
    return list(zip(*columns, strict=True))


def read_texts(dataset):
    """Return a data set of UTF-8 strings as a list of str."""
    return [text.decode() for text in dataset[:]]


def memory_map(path, dataset, dtype, shape):
    """Return a contiguous data set of the file `path` as a read-only memory map; ValueError if it is another one."""
    offset = dataset.id.get_offset()
    if offset is None or dataset.dtype != dtype or dataset.shape != shape:
        raise ValueError(f"{dataset.name} is no contiguous {np.dtype(dtype)} array of shape {shape}")
    return np.memmap(path, dataset.dtype, "r", offset, shape)


def to_json(settings):
    """Return `settings` as JSON text, the same text for the same settings."""
    return json.dumps(settings, sort_keys=True, ensure_ascii=False)
