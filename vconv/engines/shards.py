"""Shards: results of single tasks as files, so that an interruption loses little; and parts of a list of tasks."""

import contextlib
import hashlib
import json
import math
import re
import shutil
from pathlib import Path
from typing import NamedTuple

import numpy as np

from vconv.common import files, hdf5, locks
from vconv.common.errors import VconvError

ALIGNMENT = 64  # bytes; sums over unaligned arrays can differ in the last bits
WHOLE = b"whole"  # last bytes of a complete file
NOTE = "what is done is kept, and the same command continues"


class Part(NamedTuple):
    """Part `number` of `count`, from 1, of a list of tasks; the option --shard."""

    number: int
    count: int

    @classmethod
    def parse(cls, text):
        """Return the part that a text such as "2/8" means, None for None; VconvError for other texts."""
        if text is None:
            return None
        found = re.fullmatch(r"([0-9]{1,7})/([0-9]{1,7})", text)
        part = cls(*map(int, found.groups())) if found else cls(0, 0)
        if not 1 <= part.number <= part.count:
            raise VconvError(f"--shard {text}: is not NUMBER/COUNT with a number from 1 to the count; give 2/8, say")
        return part

    def of(self, tasks):
        """Return the tasks of this part: neighbors in the list, as many as in any other part, or one more."""
        first, last = (len(tasks) * number // self.count for number in (self.number - 1, self.number))
        return tasks[first:last]

    def __str__(self):
        return f"{self.number}/{self.count}"


def file_key(path):
    """Return what tells the file `path` without reading it, as a part of a key: path, size and time of writing."""
    try:
        status = Path(path).stat()
    except OSError:  # the task will tell why
        return [str(path), 0, 0]
    return [str(path), status.st_size, status.st_mtime_ns]


class Shards:
    """A folder of shards; a shard's name is a hash of all that it depends on.

    Parameters
    ----------
    folder : str or Path
    part : Part, optional
        The part of the tasks that this process does. It works beside the processes of other parts.
    """

    def __init__(self, folder, part=None):
        self.folder, self.part = Path(folder), part

    @contextlib.contextmanager
    def locked(self, work, remedy="choose another --output"):
        """Lock the folder within the block; parts exclude only a process of all tasks or of the same part.

        Raises
        ------
        VconvError
            Another process works on it, or the folder cannot be written.
        """
        with contextlib.ExitStack() as stack:
            shared = self.part is not None
            stack.enter_context(locks.locked(self.folder, self.folder / ".lock", work, remedy, shared))
            if shared:
                own = self.folder / f".lock-{self.part.number}-of-{self.part.count}"
                stack.enter_context(locks.locked(self.folder, own, f"another --shard {self.part}", remedy))
            yield

    def path(self, key):
        """Return the absolute path of the shard of a task; `key`, as JSON holds it, is all that it depends on."""
        return self.folder.absolute() / f"{hashlib.sha256(hdf5.to_json(key).encode()).hexdigest()[:40]}.part"

    def has(self, key):
        """Return whether a task's shard exists and is complete; a power failure may leave an incomplete file."""
        try:
            load(self.path(key))
        except (FileNotFoundError, ValueError):
            return False
        return True

    def delete(self):
        """Remove the folder."""
        shutil.rmtree(self.folder, ignore_errors=True)


def save(path, arrays, facts, durable=True):
    """Write a shard, whole or not at all.

    Parameters
    ----------
    path : str or Path
    arrays : dict
        Name → ndarray.
    facts
        Whatever JSON holds.
    durable : bool
        As of `files.replacing`.
    """
    # The format is a header line, the bytes of the arrays, each aligned, and an end mark. It can be memory-mapped, and
    # is read twice as fast as .npz.
    layout = [[name, array.dtype.str, array.shape] for name, array in arrays.items()]

    def write_to(temporary):
        with open(temporary, "wb") as file:
            file.write(hdf5.to_json({"facts": facts, "arrays": layout}).encode() + b"\n")
            for array in arrays.values():
                file.write(bytes(-file.tell() % ALIGNMENT))
                file.write(np.ascontiguousarray(array))
            file.write(WHOLE)

    files.write(path, write_to, durable=durable, note=NOTE)


def load(path):
    """Return the arrays of a shard (name → array, memory-mapped), and its facts.

    Raises
    ------
    FileNotFoundError
        There is no such file.
    ValueError
        The file is incomplete.
    """
    with open(path, "rb") as file:
        header = json.loads(file.readline())
        offset = file.tell()
    content = np.memmap(path, np.uint8, "r")
    if bytes(content[-len(WHOLE) :]) != WHOLE:
        raise ValueError(f"{path} is incomplete")
    arrays = {}
    for name, dtype, shape in header["arrays"]:
        offset += -offset % ALIGNMENT
        end = offset + np.dtype(dtype).itemsize * math.prod(shape)
        arrays[name], offset = content[offset:end].view(dtype).reshape(shape), end
    return arrays, header["facts"]
