"""Start-up: the help of `vconv` and of each command, against bare Python."""

import subprocess
import sys
from functools import partial

from row import Row, Work

from vconv.commands.cli import COMMANDS


def started(*arguments):
    """Run Python once in a process of its own, and discard what it prints."""
    subprocess.run([sys.executable, *arguments], check=True, stdout=subprocess.DEVNULL)


def help_of(inputs, command):
    """Return the work of printing the help of `vconv`, or of one of its commands."""
    arguments = [command] if command else []
    return Work(1, partial(started, "-m", "vconv", *arguments, "--help"), partial(started, "-c", ""))


ROWS = [
    Row(
        f"start-{command or 'help'}",
        f"`vconv {command} --help`".replace("  ", " "),
        "starts",
        partial(help_of, command=command),
        'bare `python -c ""`',
    )
    for command in ("", *COMMANDS)
]
