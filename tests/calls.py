"""Calls of the command `vconv`, in this process or in one of its own."""

import json
import subprocess
import sys

import pytest

from vconv.commands import cli

PROGRAM = (
    "import signal, sys; from vconv.commands.cli import main; "
    "signal.signal(signal.SIGINT, signal.default_int_handler); "
    "sys.exit(main())"
)


def start(*arguments, **options):
    """Start the command in its own process, in which Ctrl-C works wherever the tests run."""
    return subprocess.Popen([sys.executable, "-c", PROGRAM, *map(str, arguments)], text=True, **options)


def vconv_command(*arguments):
    """Run the command here and return its exit status."""
    return cli.main([str(argument) for argument in arguments])


def parse_json(text):
    """Return what JSON holds; NaN and infinity are no JSON."""
    return json.loads(text, parse_constant=lambda constant: pytest.fail(f"{constant} in JSON"))
