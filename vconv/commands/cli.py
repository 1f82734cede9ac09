"""The `vconv` command. Each subcommand imports what it needs when it runs, so that `--help` is fast."""

import argparse
import sys
from importlib import import_module

from vconv.commands.options import INTERRUPTED, MISTAKE
from vconv.common import environment
from vconv.common.errors import VconvError
from vconv.common.extras import needed_for
from vconv.common.version import __version__

COMMANDS = (
    "init",
    "download",
    "doctor",
    "extract",
    "statistics",
    "match",
    "train",
    "convert",
    "stream",
    "live",
    "demo",
    "voices",
    "adapt",
    "generate",
    "vocode",
    "export",
    "evaluate",
    "evaluate-samples",
    "report",
    "listening-test",
    "info",
    "inspect-upsampling",
)


def main(arguments=None):
    """Run the command line; return 0, 2 after a mistake that the user can correct, or 130 after Ctrl-C."""
    environment.prepare_command()
    try:
        return _run(arguments)
    finally:
        environment.flush_streams()


def _run(arguments):
    """Run the command line and tell errors; the result is that of `main`."""
    try:
        options = parser().parse_args(arguments)
        with needed_for(f"vconv {options.command}"):
            status = options.run_command(options) or 0
        sys.stdout.flush()  # here, so that an error of writing is told below
        return status
    except VconvError as error:
        print(f"vconv: {error}", file=sys.stderr)
        return MISTAKE
    except BrokenPipeError:  # `vconv info … | head` has closed the pipe
        return 0
    except OSError as error:
        print(
            f"vconv: {error.filename or 'a file'}: {error.strerror or error}; "
            "correct that and run the same command again",
            file=sys.stderr,
        )
        return MISTAKE
    except KeyboardInterrupt:
        print("\nvconv: interrupted; the same command continues from what is finished", file=sys.stderr)
        return INTERRUPTED


def parser():
    """Return the argument parser of the whole command."""
    top = argparse.ArgumentParser(prog="vconv", description="Non-parallel voice conversion.")
    top.add_argument("--version", action="version", version=f"vconv {__version__}")
    commands = top.add_subparsers(required=True, metavar="COMMAND")
    for name in COMMANDS:
        command = import_module(f"vconv.commands.{name.replace('-', '_')}")
        description = (command.__doc__ or "").strip().rstrip(".")  # PYTHONOPTIMIZE=2 removes docstrings
        sub = commands.add_parser(name, help=description, description=description, allow_abbrev=False)
        command.add(sub)
        sub.set_defaults(command=name, run_command=command.run)
    return top


if __name__ == "__main__":
    sys.exit(main())
