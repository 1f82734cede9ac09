"""Copies of `recipes/` in a folder whose name has spaces: with an environment, and without one."""

import shutil

import pytest
from recipe_copy import RECORDING_PYTHON, RECORDING_VCONV, Copy


@pytest.fixture
def copy(tmp_path):
    """The recipes, with a `vconv` that records its arguments in the environment VCONV_ENV."""
    copy = Copy(tmp_path)
    copy.program(copy.root / "my env" / "bin" / "vconv", RECORDING_VCONV)
    copy.environment["VCONV_ENV"] = str(copy.root / "my env")
    return copy


@pytest.fixture
def bare(tmp_path):
    """The recipes without an environment; the only Python records its arguments."""
    copy = Copy(tmp_path)
    for tool in (
        "awk",
        "bash",
        "sh",
        "basename",
        "cat",
        "cksum",
        "chmod",
        "cp",
        "dirname",
        "getconf",
        "mkdir",
        "mktemp",
        "rm",
        "sed",
    ):
        (tmp_path / "bin").mkdir(exist_ok=True)
        (tmp_path / "bin" / tool).symlink_to(shutil.which(tool))
    copy.program(tmp_path / "bin" / "python3", RECORDING_PYTHON)
    copy.environment["PATH"] = str(tmp_path / "bin")
    return copy
