import errno
import os

import h5py
import numpy as np
import pytest

from vconv.common import hdf5
from vconv.common.errors import VconvError

REMEDY = "make it anew"


def read(path):
    with hdf5.open_file(path, "vconv thing", 2, REMEDY) as file:
        return file["x"][:]


def write(path, size=3):
    with hdf5.create(path, "vconv thing", 2) as file:
        file["x"] = np.arange(size)


def test_there_and_back_in_a_new_folder(tmp_path):
    write(tmp_path / "new" / "a.h5")
    np.testing.assert_array_equal(read(tmp_path / "new" / "a.h5"), [0, 1, 2])
    assert os.listdir(tmp_path / "new") == ["a.h5"]


@pytest.mark.parametrize("error", [RuntimeError, KeyboardInterrupt])
def test_an_error_leaves_the_old_file_and_nothing_else(tmp_path, error):
    write(tmp_path / "a.h5")
    with pytest.raises(error), hdf5.create(tmp_path / "a.h5", "vconv thing", 2) as file:
        file["x"] = np.zeros(9)
        raise error
    assert os.listdir(tmp_path) == ["a.h5"] and len(read(tmp_path / "a.h5")) == 3


def test_texts_survive(tmp_path):
    with hdf5.create(tmp_path / "a.h5", "vconv thing", 2) as file:
        hdf5.write_table(file, "t", {"texts": ["Zoë B", "中"], "none": [], "numbers": [1.5, 2.0]})
    with hdf5.open_file(tmp_path / "a.h5", "vconv thing", 2, REMEDY) as file:
        assert hdf5.read_texts(file["t/texts"]) == ["Zoë B", "中"] and hdf5.read_texts(file["t/none"]) == []
        assert file["t/numbers"].dtype == np.float64


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
    with hdf5.create(tmp_path / "newer.h5", "vconv thing", 3) as file:
        file["x"] = 1
    with pytest.raises(VconvError, match=f"is version 3 of vconv thing, this vconv reads version 2; {REMEDY}"):
        read(tmp_path / "newer.h5")
    with pytest.raises(VconvError, match="no such file"):
        read(tmp_path / "missing.h5")
    with pytest.raises(VconvError, match="no such file"):
        read(tmp_path)


def test_a_full_disk_and_a_file_in_the_way(tmp_path, monkeypatch):
    (tmp_path / "file").touch()
    with pytest.raises(VconvError, match="cannot be written .*make room or choose another place"):
        write(tmp_path / "file" / "a.h5")

    def full(*_):
        raise OSError(errno.ENOSPC, "")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(VconvError, match=f"{os.strerror(errno.ENOSPC)}"):
        write(tmp_path / "a.h5")
    assert os.listdir(tmp_path) == ["file"]
