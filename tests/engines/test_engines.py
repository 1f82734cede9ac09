"""Engines give each call's result once, do a killed worker's task again, and tell mistakes in one sentence."""

import os
import signal
import socket
import sys
import threading
import time
from pathlib import Path

import pytest

from vconv.common.errors import VconvError
from vconv.engines import dask, slurm
from vconv.engines.engine import check, open_engine

sys.path.insert(0, str(Path(__file__).parent))
import tasks  # noqa: E402


@pytest.fixture(params=["local", "slurm", "dask"])
def opened(request, tmp_path):
    """Open each engine with two workers: opened() is a context."""
    name = request.param
    if name == "dask":
        name = f"dask:{request.getfixturevalue('cluster').scheduler_address}"
    elif name == "slurm":
        request.getfixturevalue("fake")
    else:
        request.getfixturevalue("monkeypatch").setenv("PYTHONPATH", str(Path(__file__).parent))
    return lambda: open_engine(name, None if name.startswith("dask") else 2, tmp_path)


def test_each_call_has_its_result(opened):
    with opened() as engine:
        assert sorted(engine.run(tasks.square, [(number,) for number in range(5)])) == [
            (number, number * number) for number in range(5)
        ]
        assert list(engine.run(tasks.square, [])) == []


def test_what_a_task_raises_is_raised(opened):
    with pytest.raises(VconvError, match="^3: is refused$"), opened() as engine:
        list(engine.run(tasks.refuse, [(3,)]))


def test_the_task_of_a_killed_dask_worker_is_done_by_another(cluster, tmp_path):
    calls = [(number, str(tmp_path), 0.4) for number in range(8)]
    killed = []

    def kill():
        while len(started := list(tmp_path.glob("*-*"))) < 3:
            time.sleep(0.02)
        killed.append(int(started[-1].name.partition("-")[2]))
        os.kill(killed[0], signal.SIGKILL)

    killer = threading.Thread(target=kill)
    killer.start()
    with open_engine(f"dask:{cluster.scheduler_address}", None, tmp_path) as engine:
        results = dict(engine.run(tasks.pause_and_note, calls))
    killer.join()
    starts = [path.name.partition("-") for path in tmp_path.glob("*-*")]
    assert sorted(results) == list(range(8))
    lost = [number for number, _, process in starts if int(process) == killed[0] != results[int(number)]]
    assert lost, "the killed worker was in the middle of a task"


def test_the_tasks_of_a_killed_slurm_job_are_submitted_again(fake, tmp_path):
    (fake / "kill-1").touch()
    with open_engine("slurm", 3, tmp_path) as engine:
        assert dict(engine.run(tasks.square, [(number,) for number in range(6)])) == {n: n * n for n in range(6)}
    assert (fake / "calls").read_text().split() == ["0-2", "0-1"]
    assert not list(tmp_path.glob("slurm-*"))


def test_jobs_that_never_finish_a_task_are_told_with_their_last_line(fake, tmp_path, monkeypatch):
    monkeypatch.setattr(slurm, "SCRIPT", "#!/bin/sh\necho no memory left\nexit 1\n")
    with pytest.raises(VconvError, match=r"the jobs ended and finished no task \(no memory left\); give them more mem"):
        with open_engine("slurm", 2, tmp_path) as engine:
            list(engine.run(tasks.square, [(1,), (2,)]))


def test_ctrl_c_ends_the_slurm_jobs(fake, tmp_path):
    with pytest.raises(KeyboardInterrupt), open_engine("slurm", 2, tmp_path) as engine:
        for _ in engine.run(tasks.pause_and_note, [(number, str(tmp_path), 0.3) for number in range(4)]):
            raise KeyboardInterrupt
    assert (fake / "cancelled").read_text() == "4711\n"


def test_slurm_jobs_that_are_refused_are_told(fake, tmp_path, monkeypatch):
    monkeypatch.setenv("SBATCH_PARTITION", "none")
    with pytest.raises(VconvError, match=r"sbatch refuses the jobs \(sbatch: error: invalid partition specified: none"):
        with open_engine("slurm", 2, tmp_path) as engine:
            list(engine.run(tasks.square, [(1,)]))


def test_a_machine_without_sbatch_is_told(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(VconvError, match=r"sbatch cannot be run here \(No such file.*--shard with another scheduler"):
        with open_engine("slurm", 2, tmp_path) as engine:
            list(engine.run(tasks.square, [(1,)]))


@pytest.mark.parametrize("name", ["", "dusk", "dask", "dask:", "slurm:x", "Local"])
def test_an_unknown_engine_is_refused(name):
    with pytest.raises(VconvError, match=r"^--engine .*: is no engine; give local, dask:ADDRESS or slurm"):
        check(name)


def test_a_dask_cluster_takes_no_number_of_processes():
    with pytest.raises(VconvError, match="^--jobs: a dask cluster uses all of its workers"):
        check("dask:tcp://127.0.0.1:1", 2)


def test_a_missing_dask_is_told(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(VconvError, match=r"needs distributed, which is not installed; .*'vconv\[dask\]'"):
        with open_engine("dask:tcp://127.0.0.1:1", None, tmp_path):
            pass


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:{free}", "nonsense://x:1", "tcp://127.0.0.1:port"])
def test_an_address_that_does_not_answer_is_told(tmp_path, monkeypatch, address):
    pytest.importorskip("distributed", reason="needs the extra `dask`: pip install 'vconv[dask]'")
    monkeypatch.setattr(dask, "CONNECTION_S", 0.5)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        name = "dask:" + address.format(free=free.getsockname()[1])
        with pytest.raises(VconvError, match=f"^--engine {name}: no dask scheduler answers there .*`dask scheduler`"):
            with open_engine(name, None, tmp_path):
                pass


def test_a_cluster_without_workers_is_told(cluster, tmp_path, monkeypatch):
    distributed = pytest.importorskip("distributed", reason="needs the extra `dask`: pip install 'vconv[dask]'")

    def wait_for_workers(client, count, timeout):
        assert (count, timeout) == (1, dask.WORKERS_S)
        raise distributed.TimeoutError(f"Only 0/{count} workers arrived after {timeout}")

    monkeypatch.setattr(distributed.Client, "wait_for_workers", wait_for_workers)
    with pytest.raises(VconvError, match="the cluster has no workers; start some with `dask worker tcp://"):
        with open_engine(f"dask:{cluster.scheduler_address}", None, tmp_path):
            pass


def test_workers_without_vconv_are_told(cluster, tmp_path, monkeypatch):
    monkeypatch.setattr(dask, "DESCRIPTION", dask.DESCRIPTION.replace("vconv", "only_here"))
    with pytest.raises(VconvError, match=r"worker tcp://.* cannot run vconv \(.*only_here.*; install vconv"):
        with open_engine(f"dask:{cluster.scheduler_address}", None, tmp_path):
            pass


@pytest.mark.parametrize(
    ("found", "sentence"),
    [
        (("0.0.1", sys.version_info[:2], True), "has vconv 0.0.1 and Python .*, this machine vconv .*; install the sa"),
        ((dask.__version__, sys.version_info[:2], False), "does not see the folder .*; write to a folder that all mac"),
    ],
)
def test_workers_that_cannot_do_the_work_are_told(tmp_path, found, sentence):
    class Client:
        def wait_for_workers(self, *_, **__):
            pass

        def run(self, function, text, on_error):
            assert function(text) == (dask.__version__, sys.version_info[:2], True) and on_error == "return"
            return {"tcp://w": found}

    pytest.importorskip("distributed", reason="needs the extra `dask`: pip install 'vconv[dask]'")
    with pytest.raises(VconvError, match=sentence):
        dask._check_workers(Client(), "tcp://s", tmp_path)
