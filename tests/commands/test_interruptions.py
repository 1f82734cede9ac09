"""Ctrl-C, kill -9 and two trainings in one run folder: no more than an epoch is lost."""

import signal
import socket
import subprocess
import time

import h5py
import numpy as np
import pytest
import tiny as tiny_corpus
from calls import start, vconv_command

from vconv.training.run_folder import RunFolder


def wait_for(path, process, seconds=60):
    deadline = time.monotonic() + seconds
    while not path.exists():
        assert process.poll() is None and time.monotonic() < deadline, process.communicate()
        time.sleep(0.01)


def contents(path):
    """Return every data set of an HDF5 file as name → (type, bytes)."""
    found = {}

    def note(name, item):
        if isinstance(item, h5py.Dataset):
            found[name] = item.dtype, np.asarray(item[()]).tobytes()

    with h5py.File(path) as file:
        file.visititems(note)
    return found


@pytest.mark.slow
def test_after_ctrl_c_and_kill_the_resumed_training_equals_an_uninterrupted_one(tiny, tmp_path, capsys):
    def arguments(name):
        longer = ["--set=training.frames_per_epoch=480", "--set=training.epochs=8"]
        return ["train", "convvae", f"--corpus={tiny.corpus}", f"--run={tmp_path / name}", *tiny_corpus.SET, *longer]

    streams = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    for parts in "parts 1", "parts 2", "parts 3":  # Python ignores a Ctrl-C during a callback from C
        process = start(*arguments(parts), **streams)
        wait_for(RunFolder(tmp_path / parts)._checkpoint(1), process)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
        if process.returncode == 130:
            break
    sentence = "\nvconv: interrupted; the same command continues from what is finished\n"
    assert process.returncode == 130 and err.endswith(sentence) and "vconv/commands/cli.py" not in err
    done = RunFolder(tmp_path / parts).epochs_done()
    assert 1 <= done < 8
    process = start(*arguments(parts), **streams)
    wait_for(RunFolder(tmp_path / parts)._checkpoint(done + 1), process)
    process.kill()
    out, err = process.communicate(timeout=60)
    assert f"continues after epoch {done} of 8" in out and process.returncode == -signal.SIGKILL
    assert done < RunFolder(tmp_path / parts).epochs_done() < 8, "killed too late"
    for name in parts, "whole":
        assert vconv_command(*arguments(name)) == 0
    resumed, whole = (
        {
            path.name: contents(path)
            for path in (tmp_path / name / "checkpoints").iterdir()
            if path.name.startswith("epoch")
        }
        for name in (parts, "whole")
    )
    assert list(sorted(whole)) == ["epoch-0007.weights.h5", "epoch-0008.weights.h5"]
    assert resumed == whole and len(whole["epoch-0008.weights.h5"]) > 20
    assert (tmp_path / parts / "history.csv").read_text() == (tmp_path / "whole" / "history.csv").read_text()


@pytest.mark.usefixtures("eager", "light_epochs")
def test_every_epoch_with_a_checkpoint_is_in_the_history(tiny, tmp_path, monkeypatch):
    arguments = ["train", "convvae", f"--corpus={tiny.corpus}", f"--run={tmp_path / 'run'}", *tiny_corpus.SET]
    save = RunFolder.save_checkpoint

    def save_and_end(folder, model, epochs):
        save(folder, model, epochs)
        raise KeyboardInterrupt

    monkeypatch.setattr(RunFolder, "save_checkpoint", save_and_end)
    assert vconv_command(*arguments) == 130
    monkeypatch.undo()
    assert vconv_command(*arguments) == 0
    assert [row["epoch"] for row in RunFolder(tmp_path / "run").history()] == [1, 2]


@pytest.mark.slow
def test_of_two_trainings_in_one_run_folder_one_is_refused_with_the_process_of_the_other(tiny, tmp_path):
    run = tmp_path / "run"
    arguments = [
        "train",
        "convvae",
        f"--corpus={tiny.corpus}",
        f"--run={run}",
        *tiny_corpus.SET,
        "--set=training.epochs=100000",
    ]
    streams = {"stdout": subprocess.DEVNULL, "stderr": subprocess.PIPE}
    both = [start(*arguments, **streams) for _ in range(2)]
    try:
        deadline = time.monotonic() + 120
        while all(process.poll() is None for process in both):
            assert time.monotonic() < deadline
            time.sleep(0.05)
        refused, at_work = sorted(both, key=lambda process: process.returncode is None)
        assert refused.returncode == 2 and at_work.poll() is None
        assert refused.stderr.read() == (
            f"vconv: {run}: another training runs here (process {at_work.pid} on "
            f"{socket.gethostname()}); wait for its end, or choose another --run folder\n"
        )
        wait_for(RunFolder(run)._checkpoint(2), at_work)
    finally:
        for process in both:
            process.kill()
            process.communicate()
    done = RunFolder(run).epochs_done()
    assert vconv_command(*arguments[:-1], f"--set=training.epochs={done + 1}") == 0
    assert RunFolder(run).epochs_done() == done + 1
