"""Disk cache of slow results: the analyses of natural recordings, and the outputs of the neural metrics."""

import hashlib
import json
import os
from contextlib import suppress
from pathlib import Path
from zipfile import BadZipFile

import numpy as np

from vconv.common import files
from vconv.common.errors import VconvError

VERSION = 2  # increase it when an analysis changes


def default_folder():
    """Return the user's cache folder for vconv: $XDG_CACHE_HOME/vconv, or ~/.cache/vconv."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "vconv"


def digest(path):
    """Return `files.digest` of a file, or None if it cannot be read."""
    try:
        return files.digest(path)
    except OSError:
        return None


def cached(folder, key, compute):
    """Return `compute()`, or the arrays that an earlier call with the same key stored.

    Parameters
    ----------
    folder : str, Path or None
        The cache; None turns it off. A folder that cannot be written is no error: nothing is stored.
    key : JSON-like
        Everything that the arrays depend on.
    compute : callable
        () → {name: ndarray}.

    Returns
    -------
    arrays : dict
        Name → ndarray.
    """
    if folder is None:
        return compute()
    name = hashlib.sha256(json.dumps([VERSION, key], sort_keys=True).encode()).hexdigest()
    path = Path(folder) / name[:2] / f"{name[2:]}.npz"
    try:
        with np.load(path, allow_pickle=False) as stored:
            return dict(stored)
    except (OSError, ValueError, EOFError, KeyError, BadZipFile):  # missing or damaged
        arrays = compute()
    with suppress(VconvError):
        files.write(path, lambda temporary: np.savez(temporary, **arrays), durable=False)
    return arrays
