"""HDF5 files that are written whole or not at all, and know their format and version when they are opened."""
import contextlib
import json
import os
from pathlib import Path

import h5py

from vconv.errors import VconvError


@contextlib.contextmanager
def create(path, kind, version):
    """Yield a new h5py.File that takes the place of `path` once the block ends without an error.

    Parameters
    ----------
    path : str or Path
        Its folder is made if missing.
    kind : str
        Written as the attribute `format`; `open_file` asks for it.
    version : int

    Raises
    ------
    VconvError
        The folder cannot be written or the disk is full; the old file, if any, is untouched.
    """
    try:
        # Aligned arrays: a memory map of float32 at an odd offset would be slow.
        with replacing(path) as temporary, h5py.File(temporary, "w", alignment_threshold=1024,
                                                     alignment_interval=4096) as file:
            file.attrs["format"], file.attrs["version"] = kind, version
            yield file
    except OSError as error:
        reason = os.strerror(error.errno) if error.errno else " ".join(str(error).split())
        raise VconvError(f"{path}: cannot be written ({reason}); make room or choose another place") from error


@contextlib.contextmanager
def replacing(path, durable=True):
    """Yield a temporary name beside `path`, whose folder is made if missing; the file there then takes its place.

    It does so only if the block ends without an error. `durable` waits until the disk has it, so that not even a power
    cut can leave half a file.
    """
    path = Path(path)
    temporary = path.with_name(f"{path.name}.{os.getpid()}.tmp")
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        yield temporary
        if durable:
            with open(temporary, "rb+") as written:
                os.fsync(written.fileno())
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


@contextlib.contextmanager
def open_file(path, kind, version, remedy):
    """Yield the h5py.File `path`, opened for reading, if it has the given format and version.

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
            if found != version:
                raise VconvError(f"{path}: is version {found} of {kind}, this vconv reads version {version}; {remedy}")
            yield file
    except (OSError, KeyError, ValueError) as error:
        reason = " ".join(str(error).split())
        raise VconvError(f"{path}: is no HDF5 file, or a damaged one ({reason}); {remedy}") from error


def write_table(file, name, columns):
    """Write `columns` (name → list or array) as data sets below the group `name`; texts become UTF-8 strings."""
    for column, values in columns.items():
        texts = all(isinstance(value, str) for value in values)
        file.create_dataset(f"{name}/{column}", data=values, dtype=h5py.string_dtype() if texts else None)


def read_texts(dataset):
    """Return a data set of UTF-8 strings as a list of str."""
    return [text.decode() for text in dataset[:]]


def to_json(settings):
    """Return `settings` as JSON text, the same text for the same settings."""
    return json.dumps(settings, sort_keys=True, ensure_ascii=False)
