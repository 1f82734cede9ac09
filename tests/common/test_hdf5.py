import errno
import os
import subprocess
import sys

import h5py
import numpy as np
import pytest

from vconv.common import hdf5
from vconv.common.errors import VconvError

REMEDY = "make it anew"


def read(path):
    with hdf5.open_file(path, "vconv thing", 2, REMEDY) as file:
        return file.array("x")


def write(path, size=3, version=2, **columns):
    hdf5.write(path, "vconv thing", version, {"note": "Zoë", "numbers": "[1, 2]"}, {"x": np.arange(size), **columns})


def test_there_and_back_in_a_new_folder(tmp_path):
    write(tmp_path / "new" / "a.h5")
    np.testing.assert_array_equal(read(tmp_path / "new" / "a.h5"), [0, 1, 2])
    assert os.listdir(tmp_path / "new") == ["a.h5"]


def test_an_error_leaves_the_old_file_and_nothing_else(tmp_path):
    write(tmp_path / "a.h5")
    with pytest.raises(TypeError):
        write(tmp_path / "a.h5", 9, late=[object()])
    assert os.listdir(tmp_path) == ["a.h5"] and len(read(tmp_path / "a.h5")) == 3


def test_what_is_written_is_read(tmp_path):
    columns = {"t/texts": ["Zoë B", "中"], "t/none": [], "t/numbers": [1.5, 2.0], "w/0": [1], "w/1": np.zeros((2, 3))}
    write(tmp_path / "a.h5", **columns)
    with hdf5.open_file(tmp_path / "a.h5", "vconv thing", 2, REMEDY) as file:
        assert sorted(file.names("t")) == ["none", "numbers", "texts"] and file.names("nothing") == []
        assert file.texts("t/texts") == ["Zoë B", "中"] and file.texts("t/none") == []
        assert file.array("t/numbers").dtype == np.float64
        assert file.rows("t", ["numbers", "texts"]) == [(1.5, "Zoë B"), (2.0, "中")]
        assert [array.shape for array in file.arrays("w")] == [(1,), (2, 3)]
        assert file.text("note") == "Zoë" and file.json("numbers") == [1, 2]


@pytest.mark.parametrize("error", [KeyError, OSError, ValueError])
def test_an_error_of_the_caller_is_no_damage(tmp_path, error):
    write(tmp_path / "a.h5")
    with pytest.raises(error, match="mine"), hdf5.open_file(tmp_path / "a.h5", "vconv thing", 2, REMEDY):
        raise error("mine")


@pytest.mark.parametrize(
    "ask",
    [
        lambda file: file.array("y"),
        lambda file: file.array("t"),
        lambda file: file.text("missing"),
        lambda file: file.json("note"),
        lambda file: file.texts("x"),
        lambda file: file.rows("t", ["texts", "none"]),
        lambda file: file.rows("x", ["texts"]),
        lambda file: file.arrays("t"),
        lambda file: file.memory_map("x", np.int64, (4,)),
        lambda file: file.memory_map("x", np.int32, (3,)),
        lambda file: file.memory_map("x", np.int64, (3, 1)),
        lambda file: file.memory_map("x", np.int64, (4, ...)),
        lambda file: file.memory_map("t", np.int64, (3,)),
    ],
)
def test_a_part_that_is_missing_or_another_is_damage(tmp_path, ask):
    write(tmp_path / "a.h5", **{"t/texts": ["a"], "t/none": []})
    with hdf5.open_file(tmp_path / "a.h5", "vconv thing", 2, REMEDY) as file:
        with pytest.raises(VconvError, match=f"a.h5: is no HDF5 file, or a damaged one .*; {REMEDY}$") as error:
            ask(file)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("shape", [(3,), (3, ...)])
def test_a_memory_map_outlives_the_open_file(tmp_path, shape):
    write(tmp_path / "a.h5")
    with hdf5.open_file(tmp_path / "a.h5", "vconv thing", 2, REMEDY) as file:
        mapped = file.memory_map("x", np.int64, shape)
    assert isinstance(mapped, np.memmap) and mapped.tolist() == [0, 1, 2]


def test_foreign_files_get_one_sentence(tmp_path):
    write(tmp_path / "whole.h5", 10000)
    whole = (tmp_path / "whole.h5").read_bytes()
    contents = {"text.h5": b"no HDF5 at all", "empty.h5": b"", "cut.h5": whole[:-1000], "head.h5": whole[:100]}
    for name, content in contents.items():
        (tmp_path / name).write_bytes(content)
        with pytest.raises(VconvError, match=f"{name}: is no HDF5 file, or a damaged one .*; {REMEDY}$") as error:
            read(tmp_path / name)
        assert "\n" not in str(error.value)
    with h5py.File(tmp_path / "other.h5", "w") as file:
        file["x"] = 1
    with pytest.raises(VconvError, match=f"holds no vconv thing; {REMEDY}"):
        read(tmp_path / "other.h5")
    write(tmp_path / "newer.h5", version=3)
    with pytest.raises(VconvError, match=f"is version 3 of vconv thing, this vconv reads version 2; {REMEDY}"):
        read(tmp_path / "newer.h5")
    with pytest.raises(VconvError, match="no such file"):
        read(tmp_path / "missing.h5")
    with pytest.raises(VconvError, match="no such file"):
        read(tmp_path)


def test_a_full_disk_and_a_file_in_the_way(tmp_path, monkeypatch):
    (tmp_path / "file").touch()
    with pytest.raises(VconvError, match="cannot be written .*; choose a folder you may write to$"):
        write(tmp_path / "file" / "a.h5")

    def full(*_):
        raise OSError(errno.ENOSPC, "")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(VconvError, match=f"{os.strerror(errno.ENOSPC)}"):
        write(tmp_path / "a.h5")
    assert os.listdir(tmp_path) == ["file"]


def test_a_file_that_another_program_writes_or_that_may_not_be_read_is_no_damaged_one(tmp_path, monkeypatch):
    write(tmp_path / "a.h5")
    with h5py.File(tmp_path / "a.h5", "a"):
        reader = "from vconv.common import hdf5; hdf5.open_file(*sys.argv[1:], 2, '').__enter__()"
        result = subprocess.run(
            [sys.executable, "-c", f"import sys; {reader}", tmp_path / "a.h5", "vconv thing"],
            env=os.environ | {"HDF5_USE_FILE_LOCKING": "TRUE"},
            capture_output=True,
            text=True,
        )
    assert result.stderr.splitlines()[-1] == (
        f"vconv.common.errors.VconvError: {tmp_path / 'a.h5'}: is locked by a program that writes it; close it there "
        "and run the same command again"
    )

    def refuse(*_):
        raise PermissionError(errno.EACCES, "Unable to open file")

    monkeypatch.setattr(h5py, "File", refuse)
    with pytest.raises(VconvError, match=r"a.h5: cannot be read \(Permission denied\); mend that and run"):
        read(tmp_path / "a.h5")
