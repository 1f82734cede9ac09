"""Files that are written whole or not at all."""

import contextlib
import os
import threading
from pathlib import Path

from vconv.common.errors import VconvError

ROOM = "make room or choose another place"


@contextlib.contextmanager
def replacing(path, durable=True, remedy=ROOM):
    """Yield a temporary name beside `path`; what is written there takes the place of `path` when the block ends.

    After an error the old file, if any, is untouched and the temporary one gone. A killed process leaves the old file
    too, and a hidden temporary one. The last of several writers wins. The folder is made if missing.

    Parameters
    ----------
    path : str or Path
    durable : bool
        Wait until the disk has it, so that not even a power cut can leave half a file.
    remedy : str
        Ends the message, should the file not be written.

    Raises
    ------
    VconvError
        The block, or what comes after it, met an OSError: the disk is full, the folder cannot be written.
    """
    path = Path(path)
    # The name's end stays, because some libraries go by it.
    temporary = path.with_name(f".unfinished-{os.getpid()}-{threading.get_ident()}-{path.name}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            yield temporary
            if durable:
                with open(temporary, "rb+") as written:
                    os.fsync(written.fileno())
            os.replace(temporary, path)
        finally:
            temporary.unlink(missing_ok=True)
    except OSError as error:
        raise VconvError(f"{path}: cannot be written ({reason(error)}); {remedy}") from error


def write_text(path, text, remedy=ROOM):
    """Write a text file in UTF-8 as `replacing` does."""
    with replacing(path, remedy=remedy) as temporary:
        temporary.write_text(text, encoding="utf-8")


def remove_unfinished(folder, name="*"):
    """Remove what killed writers of `folder`/`name` left; only for one who knows that nobody is writing there now."""
    for path in Path(folder).glob(f".unfinished-*-{name}"):
        path.unlink(missing_ok=True)


def reason(error):
    """Return what the system says of an OSError, without the path, in one line."""
    return os.strerror(error.errno) if error.errno else " ".join(str(error).split())
