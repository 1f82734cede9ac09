"""Two workers of one training, two processes on the loopback interface: one is killed, and the training goes on."""

import json
import os
import signal
import socket
import subprocess
import time

import numpy as np
import pytest
import tiny as tiny_corpus
from calls import start

from vconv.training.run_folder import RunFolder

SECONDS = 300  # a worker may take, on a busy machine


def free_addresses(count):
    """Return so many addresses of this machine whose ports are free."""
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    addresses = [f"127.0.0.1:{one.getsockname()[1]}" for one in sockets]
    for one in sockets:
        one.close()
    return addresses


def workers(tiny, run, epochs, addresses):
    """Start the workers of a training of so many epochs, one for each address."""
    arguments = ["train", "convvae", f"--corpus={tiny.corpus}", f"--run={run}", "--strategy=multi-worker"]
    arguments += [*tiny_corpus.SET, f"--set=training.epochs={epochs}"]
    streams = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    config = {"cluster": {"worker": addresses}}
    tasks = [json.dumps(config | {"task": {"type": "worker", "index": index}}) for index in range(len(addresses))]
    return [start(*arguments, env=os.environ | {"TF_CONFIG": task}, **streams) for task in tasks]


@pytest.mark.slow
def test_after_a_worker_was_killed_all_end_and_the_same_commands_continue_to_the_result_of_one_device(tiny, tmp_path):
    folder = RunFolder(tmp_path / "run")
    chief, other = workers(tiny, folder.path, 9999, free_addresses(2))
    try:
        deadline = time.monotonic() + SECONDS
        while not folder.epochs_done():
            assert chief.poll() is other.poll() is None and time.monotonic() < deadline
            time.sleep(0.1)
        other.send_signal(signal.SIGKILL)
        _, err = chief.communicate(timeout=SECONDS)
        sentence = "another worker has ended, so that this one cannot go on; start all workers again"
        assert chief.returncode == 2 and err.count("\n") == 1 and sentence in err
        done = folder.epochs_done()
        chief, other = workers(tiny, folder.path, done + 1, free_addresses(2))
        (out, err), silent = (worker.communicate(timeout=SECONDS) for worker in (chief, other))
    finally:
        chief.kill(), other.kill()
    assert (chief.returncode, other.returncode) == (0, 0), err
    assert f"continues after epoch {done} of {done + 1}" in out and silent == ("", "")
    assert [row["epoch"] for row in folder.history()] == list(range(1, done + 2))
    for found, expected in zip(folder.history(), RunFolder(tiny.run).history(), strict=False):
        for name in ("loss", "reconstruction", "kl", "l2"):
            np.testing.assert_allclose(found[name], expected[name], rtol=1e-5)
    assert (folder.path / "network.onnx").exists()


@pytest.mark.slow
def test_a_worker_whose_port_is_taken_ends_in_one_sentence(tiny, tmp_path):
    with socket.create_server(("0.0.0.0", 0)) as taken:
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        (worker,) = workers(tiny, tmp_path / "run", 1, [address])
        _, err = worker.communicate(timeout=SECONDS)
    assert worker.returncode == 2 and err.count("\n") == 1 and not (tmp_path / "run").exists()
    assert f"TF_CONFIG: worker 0 cannot begin at {address} (Could not start gRPC server); give each worker" in err
