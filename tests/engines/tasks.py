"""Tasks for the tests of engines, which workers import by name."""

import os
import time
from pathlib import Path

from vconv.common.errors import VconvError


def square(number):
    return number * number


def refuse(number):
    raise VconvError(f"{number}: is refused")


def pause_and_note(number, folder, seconds):
    """Leave a file for each start, and return the process that finished the task."""
    starts = Path(folder)
    (starts / f"{number}-{os.getpid()}").touch()
    time.sleep(seconds)
    return os.getpid()
