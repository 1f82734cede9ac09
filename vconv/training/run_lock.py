"""The lock of a run folder: one training at a time."""

import contextlib
import os
import socket

from vconv.common import files
from vconv.common.errors import VconvError


@contextlib.contextmanager
def locked(path):
    """Lock the folder `path` within the block; a missing folder is created.

    The operating system releases the lock when this process ends, in whatever way. The lock file is not removed,
    because a lock on a removed file excludes no other process.

    Raises
    ------
    VconvError
        Another training runs in the folder, or the folder cannot be written.
    """
    try:
        path.mkdir(parents=True, exist_ok=True)
        lock_file = open(path / ".lock", "a+", encoding="utf-8")
    except OSError as error:
        raise VconvError(f"{path}: cannot be written ({files.reason(error)}); choose another --run folder") from error
    with lock_file as file:
        _lock(file, path)
        file.truncate(0)
        file.write(f"process {os.getpid()} on {socket.gethostname()}")
        file.flush()
        try:
            yield
        finally:
            file.truncate(0)


def _lock(file, path):
    """Lock the open lock file, or raise a VconvError that names the process that holds the lock."""
    import fcntl  # only here, because conversion works on systems without this module

    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        file.seek(0)
        raise VconvError(
            f"{path}: another training runs here ({file.read() or 'just begun'}); wait for its end, or choose "
            f"another --run folder"
        ) from error
    except OSError:  # on a network drive without locks, train without a lock
        pass
