"""Locks: one process at a time works on a folder or a file."""

import contextlib
import os
import socket

from vconv.common import files
from vconv.common.errors import VconvError


@contextlib.contextmanager
def locked(path, lock, work, remedy, shared=False):
    """Lock `path` within the block, by the file `lock`; a missing folder of it is created.

    The operating system releases the lock when this process ends, in whatever way. The lock file may be removed within
    the block, with the folder.

    Parameters
    ----------
    path : Path
        What the work is done on.
    lock : Path
    work : str
        What the process that holds the lock does, such as "another training".
    remedy : str
        How to do without `path`, such as "choose another --run folder".
    shared : bool
        Several processes may hold such a lock together; it excludes those that are not shared.

    Raises
    ------
    VconvError
        Another process holds the lock, or the lock file cannot be written.
    """
    try:
        lock.parent.mkdir(parents=True, exist_ok=True)
        lock_file = open(lock, "a+", encoding="utf-8")
    except OSError as error:
        raise VconvError(f"{path}: cannot be written ({files.reason(error)}); {remedy}") from error
    with lock_file as file:
        _lock(file, lock, f"{path}: {work} runs here", remedy, shared)
        # A full disk is no error here: the lock holds without the name of its process.
        with contextlib.suppress(OSError):
            os.ftruncate(file.fileno(), 0)
            os.write(file.fileno(), f"process {os.getpid()} on {socket.gethostname()}".encode())
        try:
            yield
        finally:
            os.ftruncate(file.fileno(), 0)


def _lock(file, lock, sentence, remedy, shared):
    """Lock the open file of the path `lock`, or raise a VconvError that names the process that holds the lock."""
    import fcntl  # only here, because conversion works on systems without this module

    try:
        fcntl.flock(file, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
        # A lock on a file that was removed, or replaced by another process, would exclude nobody.
        held = lock.exists() and os.path.samestat(os.fstat(file.fileno()), lock.stat())
    except BlockingIOError:
        held = False
    except OSError:  # on a network drive without locks, work without a lock
        return
    if not held:
        file.seek(0)
        raise VconvError(f"{sentence} ({file.read() or 'just begun'}); wait for its end, or {remedy}")
