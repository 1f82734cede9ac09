"""Run folders: checkpoints, history, foreign folders refused, locks, beginning again after a kill."""

import errno
import fcntl
import os
import re
import shutil
import socket
import subprocess
import sys
from types import SimpleNamespace

import keras
import numpy as np
import pytest

from vconv import models
from vconv.common import hdf5
from vconv.common.errors import VconvError
from vconv.training.run_folder import RunFolder


@pytest.fixture
def folder(tmp_path, small_statistics, small_settings):
    run = RunFolder(tmp_path / "a run, ä")
    run.create(
        {
            "model": "convvae",
            "settings": models.settings("convvae", small_settings),
            "corpus": {},
            "features": {},
            "versions": {},
        },
        small_statistics,
    )
    return run


def test_loading_a_checkpoint_restores_weights_and_optimizer_and_two_are_kept(folder):
    keras.utils.set_random_seed(0)
    model = folder.build_model()
    x = np.zeros((8, 513), "float32"), np.zeros(8, "int32")
    for epoch in range(1, 5):
        model.train_step(x)
        folder.save_checkpoint(model, epoch)
    assert folder.epochs_done() == 4
    assert sorted(path.name for path in (folder.path / "checkpoints").iterdir()) == [
        "epoch-0003.weights.h5",
        "epoch-0004.weights.h5",
    ]
    fresh = folder.build_model()
    folder.load_checkpoint(fresh)
    for one, other in zip(
        model.optimizer.variables + model.weights, fresh.optimizer.variables + fresh.weights, strict=True
    ):
        assert np.array_equal(one, other)
    assert int(fresh.optimizer.iterations.numpy()) == 4


def test_too_little_disk_space_for_a_checkpoint_is_refused_before_hdf5_writes(folder, monkeypatch):
    """On a full disk HDF5 crashes the process at its end."""
    model = folder.build_model()
    folder.save_checkpoint(model, 1)
    size = (folder.path / "checkpoints" / "epoch-0001.weights.h5").stat().st_size
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=size + hdf5.SMALL_BYTES // 2))
    with pytest.raises(VconvError) as error:
        folder.save_checkpoint(model, 2)
    assert str(error.value) == (
        f"{folder.path / 'checkpoints' / 'epoch-0002.weights.h5'}: cannot be written ({os.strerror(errno.ENOSPC)}); "
        "make room or choose another place; the same command continues after epoch 1"
    )
    assert [path.name for path in (folder.path / "checkpoints").iterdir()] == ["epoch-0001.weights.h5"]


def test_a_checkpoint_that_may_not_be_read_is_not_to_be_deleted(folder, monkeypatch):
    model = folder.build_model()
    folder.save_checkpoint(model, 1)

    def refuse(_):
        raise PermissionError(errno.EACCES, "Unable to open file")

    monkeypatch.setattr(model, "load_weights", refuse)
    with pytest.raises(VconvError, match=r"epoch-0001.weights.h5: cannot be read \(Permission denied\); mend that and"):
        folder.load_checkpoint(model)


def test_an_unfinished_checkpoint_is_ignored(folder):
    assert folder.epochs_done() == 0
    folder.save_checkpoint(folder.build_model(), 1)
    (folder.path / "checkpoints" / ".unfinished-1-1-epoch-0002.weights.h5").write_bytes(b"half")
    assert folder.epochs_done() == 1


def test_history_ends_with_the_newest_checkpoint(folder):
    folder.save_checkpoint(folder.build_model(), 2)
    rows = [{"epoch": epoch, "loss": 0.1 + epoch, "val_loss": 1 / 3} for epoch in (1, 2, 3)]
    folder.write_history(rows)
    assert [row["epoch"] for row in folder.history()] == [1, 2]
    assert folder.history()[0]["loss"] == 1.1 and folder.history()[1]["val_loss"] == pytest.approx(1 / 3, abs=1e-9)


def test_foreign_folders_are_refused(tmp_path, folder, small_statistics):
    with pytest.raises(VconvError, match="does not exist"):
        RunFolder(tmp_path / "nowhere").settings()
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "letter.txt").write_text("x")
    with pytest.raises(VconvError, match="holds no vconv run"):
        RunFolder(tmp_path / "other").settings()
    with pytest.raises(VconvError, match="not empty"):
        RunFolder(tmp_path / "other").create({}, small_statistics)
    assert (tmp_path / "other" / "letter.txt").exists()
    (tmp_path / "other" / "settings.yaml").write_text("a: 1\n")
    with pytest.raises(VconvError, match="lacks corpus, features, model"):
        RunFolder(tmp_path / "other").settings()
    (tmp_path / "other" / "settings.yaml").write_text("{model: 1, settings: 2, corpus: {}, features: {}, versions: []}")
    with pytest.raises(VconvError, match="lacks model, settings, versions, so"):
        RunFolder(tmp_path / "other").settings()
    with pytest.raises(VconvError, match="no checkpoint yet"):
        folder.load_checkpoint(folder.build_model())


def test_the_error_of_a_damaged_checkpoint_names_it(folder):
    model = folder.build_model()
    folder.save_checkpoint(model, 1)
    path = folder.path / "checkpoints" / "epoch-0001.weights.h5"
    path.write_bytes(path.read_bytes()[:2000])
    with pytest.raises(VconvError, match="epoch-0001"):
        folder.load_checkpoint(model)


HOLDER = """
import sys, time
from vconv.training.run_folder import RunFolder
with RunFolder(sys.argv[1]).locked():
    print("held", flush=True)
    if sys.argv[2:]:
        time.sleep(600)
"""


def hold(path, *forever):
    """Start a process that locks the folder, and return it when the folder is locked."""
    process = subprocess.Popen([sys.executable, "-c", HOLDER, path, *forever], stdout=subprocess.PIPE, text=True)
    assert process.stdout.readline() == "held\n"
    return process


def test_a_locked_folder_is_refused_with_the_holding_process_and_free_when_that_has_ended(tmp_path):
    path = tmp_path / "new" / "a run, ä"
    with hold(path, "forever") as holder:
        try:
            for _ in range(2):
                with pytest.raises(VconvError) as error, RunFolder(path).locked():
                    pass
                assert str(error.value) == (
                    f"{path}: another training runs here (process {holder.pid} on {socket.gethostname()}); "
                    "wait for its end, or choose another --run folder"
                )
        finally:
            holder.kill()
    with RunFolder(path).locked(), pytest.raises(VconvError, match=rf"here \(process {os.getpid()} on"):
        with RunFolder(path).locked():
            pass
    with hold(path) as ended:
        assert ended.wait(60) == 0
    assert (path / ".lock").read_text() == ""


def test_the_lock_file_stays_the_same_file(folder):
    with folder.locked():
        before = (folder.path / ".lock").stat().st_ino
    with pytest.raises(RuntimeError), folder.locked():
        raise RuntimeError
    with folder.locked():
        assert (folder.path / ".lock").stat().st_ino == before


def test_locking_removes_unfinished_files_of_a_killed_training(folder):
    folder.save_checkpoint(folder.build_model(), 1)
    kept = sorted(path for path in folder.path.rglob("*"))
    for parent in (folder.path, folder.path / "checkpoints"):
        (parent / ".unfinished-1-1-x.weights.h5").write_bytes(b"half")
    with folder.locked():
        assert sorted(path for path in folder.path.rglob("*")) == sorted([*kept, folder.path / ".lock"])


def test_a_foreign_folder_is_not_locked(tmp_path):
    (tmp_path / "letter.txt").touch()
    for path in (tmp_path, tmp_path / "letter.txt"):
        with pytest.raises(VconvError, match="not empty and holds no vconv run"), RunFolder(path).locked():
            pass
    with pytest.raises(VconvError, match="cannot be written"), RunFolder(tmp_path / "letter.txt" / "run").locked():
        pass
    assert [path.name for path in tmp_path.iterdir()] == ["letter.txt"]


def test_a_run_killed_while_writing_its_first_file_can_begin_again(tmp_path, small_statistics):
    run = RunFolder(tmp_path / "run")
    run.path.mkdir()
    (run.path / ".lock").touch()
    (run.path / ".unfinished-1-1-statistics.h5").write_bytes(b"half")
    with run.locked():
        run.create({}, small_statistics)
    assert sorted(path.name for path in run.path.iterdir()) == [".lock", "settings.yaml", "statistics.h5"]


def test_a_run_killed_between_its_first_two_files_can_begin_again(folder, small_statistics):
    (folder.path / "settings.yaml").unlink()
    with folder.locked():
        folder.create({}, small_statistics)
    assert folder.exists()


def test_a_drive_without_locks_can_be_trained_on(folder, monkeypatch):
    def refuse(*_):
        raise OSError(errno.ENOTSUP, "")

    monkeypatch.setattr(fcntl, "flock", refuse)
    with folder.locked():
        assert re.match(f"process {os.getpid()} on ", (folder.path / ".lock").read_text())


def test_a_folder_without_statistics_is_no_run(tmp_path, small_statistics, monkeypatch):
    def full(*_):
        raise VconvError("the disk is full")

    run = RunFolder(tmp_path / "run")
    monkeypatch.setattr(type(small_statistics), "save", full)
    with pytest.raises(VconvError, match="full"):
        run.create({}, small_statistics)
    assert not run.exists()
