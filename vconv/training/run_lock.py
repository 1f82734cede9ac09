"""The lock of a run folder: one training at a time."""

import contextlib
import os
import socket

from vconv.common import files
from vconv.common.errors import VconvError


@contextlib.contextmanager
def locked(path):
    """Keep other trainings out of the folder `path` for the length of the block; it is made if missing.

    The system unlocks it however this process ends. The lock file is never removed, because a lock on a removed file
    excludes nobody.

    Raises
    ------
    VconvError
        Another training is at work in the folder, or it cannot be written.
    """
    try:
        path.mkdir(parents=True, exist_ok=True)
        opened = open(path / ".lock", "a+", encoding="utf-8")
    except OSError as error:
        raise VconvError(f"{path}: cannot be written ({files.reason(error)}); choose another --run folder") from error
    with opened as file:
        _lock(file, path)
        file.truncate(0)
        file.write(f"process {os.getpid()} on {socket.gethostname()}")
        file.flush()
        try:
            yield
        finally:
            file.truncate(0)


def _lock(file, path):
    """Lock the opened lock file, or raise a VconvError that says which process holds it."""
    import fcntl  # conversion shall work where there is no such module

    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        file.seek(0)
        raise VconvError(
            f"{path}: another training is at work here ({file.read() or 'just begun'}); wait for its end, or choose "
            f"another --run folder"
        ) from error
    except OSError:  # a network drive without locks: as if there were no other training
        pass
