"""Locks; those of the run folder are tested with it (tests/training/test_run_folder.py)."""

import fcntl

import pytest

from vconv.common import locks
from vconv.common.errors import VconvError


def locked(folder):
    return locks.locked(folder, folder / ".lock", "another test", "choose another folder")


def test_a_lock_file_that_is_removed_while_it_is_locked_excludes_nobody_and_is_not_trusted(tmp_path, monkeypatch):
    def remove_and_lock(file, _):
        (tmp_path / ".lock").unlink()

    monkeypatch.setattr(fcntl, "flock", remove_and_lock)
    with pytest.raises(VconvError, match=r"another test runs here \(just begun\); wait .*, or choose another folder"):
        with locked(tmp_path):
            pass


def test_the_folder_of_the_lock_may_be_removed_within_the_block(tmp_path):
    with locked(tmp_path / "new"):
        (tmp_path / "new" / ".lock").unlink()
        (tmp_path / "new").rmdir()
    with locked(tmp_path / "new"):
        pass


def test_a_full_disk_is_no_error(tmp_path, file_limit):
    with file_limit(0), locked(tmp_path):
        pass
    assert (tmp_path / ".lock").read_bytes() == b""
