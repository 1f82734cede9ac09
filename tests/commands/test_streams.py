"""Standard streams that are closed, full, or take few characters; Python without docstrings."""

import os
import subprocess
import sys

import pytest

from vconv.commands.cli import COMMANDS

VCONV = [sys.executable, "-m", "vconv"]


def shell(line, **variables):
    """Run a line of Bash, in which "$@" is the command; return its result."""
    return subprocess.run(
        ["bash", "-o", "pipefail", "-c", line, "bash", *VCONV],
        env=os.environ | variables,
        capture_output=True,
        text=True,
        errors="replace",
    )


@pytest.mark.parametrize(
    "line",
    [
        '"$@" --help | head -n 0',
        '"$@" info | head -n 0',
        '"$@" --help >&-',
        '"$@" info >&- <&-',
        '"$@" info >&- 2>&- <&-',
    ],
)
@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_a_closed_stream_is_no_error(line, unbuffered):
    result = shell(line, PYTHONUNBUFFERED=unbuffered)
    assert result.returncode == 0 and result.stderr == "", result


def test_a_mistake_without_standard_error_stream_ends_with_status_2():
    assert shell('"$@" info nonsense 2>&-').returncode == 2


def test_a_full_disk_behind_standard_output_is_one_sentence():
    result = shell('"$@" info > /dev/full')
    assert result.returncode == 2 and result.stderr.count("\n") == 1
    assert "No space left on device" in result.stderr


def test_characters_that_the_terminal_lacks_are_written_as_escapes():
    result = shell('"$@" export --help; "$@" info é', PYTHONIOENCODING="ascii:strict")
    assert result.returncode == 2 and "usage: vconv export" in result.stdout
    assert result.stderr.startswith("vconv: model: '\\xe9' is not allowed; choose one of: "), result


def test_help_needs_no_docstrings():
    result = shell('"$@" --help && "$@" listening-test build --help', PYTHONOPTIMIZE="2", PYTHONDONTWRITEBYTECODE="1")
    assert result.returncode == 0 and result.stderr == "" and all(name in result.stdout for name in COMMANDS)
