"""Files that are written whole or not at all, and how errors of writing are told."""

import contextlib
import errno
import glob
import hashlib
import os
import socket
import threading
from pathlib import Path

from vconv.common.errors import VconvError

LONGEST_END = 40  # characters, of up to 4 bytes; the beginning of a temporary name has some 55 of the 255 bytes
BLOCK = 1 << 20  # bytes per read
ROOM = "make room or choose another place"
REMEDIES = {errno.ENOSPC: ROOM, errno.EDQUOT: ROOM, errno.EFBIG: ROOM, errno.ENAMETOOLONG: "choose a shorter name"}
REMEDY = "choose a folder you may write to"  # after any other error of writing


@contextlib.contextmanager
def replacing(path, durable=True, note=""):
    """Yield a temporary name beside `path`; the file written there replaces `path` when the block ends.

    After an error the old file, if any, is untouched and the temporary file is removed. A killed process leaves the old
    file, and a hidden temporary one. The last of several writers wins. The folder is made if missing.

    An error of the block passes unchanged, because the block may do more than write: put `writing` around its writes.

    Parameters
    ----------
    path : str or Path
    durable : bool
        Wait until the disk has the file, so that not even a power cut can leave half of it.
    note : str
        Ends the message if the file cannot be written, after the remedy.

    Raises
    ------
    VconvError
        The folder cannot be made, or the finished file cannot be stored or renamed.
    """
    path = Path(path)
    # Writers on several machines may share a folder, so the name holds the machine. The end of the name stays, because
    # some libraries choose the format by it.
    host = hashlib.blake2b(socket.gethostname().encode(), digest_size=4).hexdigest()
    temporary = path.with_name(f".unfinished-{host}-{os.getpid()}-{threading.get_ident()}-{_end(path.name)}")
    with writing(path, note):
        path.parent.mkdir(parents=True, exist_ok=True)
    try:
        yield temporary
        with writing(path, note):
            if durable:
                with open(temporary, "rb+") as written:
                    os.fsync(written.fileno())
            os.replace(temporary, path)
    finally:
        with contextlib.suppress(OSError):  # a name too long for the file system
            temporary.unlink(missing_ok=True)


@contextlib.contextmanager
def writing(path, note=""):
    """Turn an OSError of the block, which does nothing but write the file `path`, into a VconvError.

    Raises
    ------
    VconvError
        The file cannot be written; the message has the reason, its remedy and the `note`.
    """
    try:
        yield
    except OSError as error:
        remedy = "; ".join(filter(None, [REMEDIES.get(error.errno, REMEDY), note]))
        raise VconvError(f"{path}: cannot be written ({reason(error)}); {remedy}") from error


def write(path, write_to, durable=True, note=""):
    """Write a file, whole or not at all, by a function that takes the (temporary) name to write to.

    Parameters
    ----------
    path, durable, note
        As in `replacing`.
    write_to : callable
        Does nothing but write: any OSError of it is told as an error of writing `path`.

    Raises
    ------
    VconvError
        The disk is full or the folder cannot be written.
    """
    with replacing(path, durable, note) as temporary, writing(path, note):
        write_to(temporary)


def write_at(file, position, values):
    """Write the bytes of a contiguous array at `position` of a binary file that was opened without a buffer.

    A buffer would meet the full disk once more when the file is closed, outside of `writing`.
    """
    file.seek(position)
    rest = memoryview(values)
    rest = rest.cast("B") if rest.nbytes else b""
    while rest:
        rest = rest[file.write(rest) :]  # the system may take a part only


def write_text(path, text, note=""):
    """Write a text file in UTF-8, whole or not at all; errors as of `write`.

    Bytes of file names that are not UTF-8 are written as escapes, which JSON reads back.
    """
    content = text.encode("utf-8", errors="backslashreplace")
    write(path, lambda temporary: temporary.write_bytes(content), note=note)


def remove_unfinished(folder, name=None):
    """Remove the temporary files that killed writers of `folder`/`name`, or of all files in `folder`, left.

    Nobody may be writing there now.
    """
    for path in Path(folder).glob(f".unfinished-*-{'*' if name is None else glob.escape(_end(name))}"):
        path.unlink(missing_ok=True)


def _end(name):
    """Return the end of a file name, so that a temporary name is not too long; some libraries choose a format by it."""
    return name[-LONGEST_END:]


def digest(path):
    """Return a hash of the content of a file, 32 hexadecimal digits of BLAKE2b; OSError if it cannot be read."""
    found = hashlib.blake2b(digest_size=16)
    with open(path, "rb") as file:
        while block := file.read(BLOCK):
            found.update(block)
    return found.hexdigest()


def reason(error):
    """Return the system's text of an OSError in one line, without the path."""
    return os.strerror(error.errno) if error.errno else " ".join(str(error).split())
