import os
import subprocess
import sys
import time

import pytest

from vconv.common.errors import VconvError
from vconv.common.workers import THREAD_SETTINGS, available_cores, worker_pool


def test_workers_are_small_and_single_threaded_and_leave_the_parent_alone(monkeypatch):
    """Importing TensorFlow would cost each worker seconds and half a gigabyte."""
    monkeypatch.setenv("OMP_NUM_THREADS", "7")
    monkeypatch.delenv("MKL_NUM_THREADS", raising=False)
    with worker_pool(1) as pool:
        imported = "__import__('vconv.features.extract') and sorted(__import__('sys').modules)"
        modules = pool.submit(eval, imported).result()
        assert "pyworld" in modules and not {"tensorflow", "keras"} & set(modules)
        assert [pool.submit(os.getenv, name).result() for name in THREAD_SETTINGS] == ["1"] * len(THREAD_SETTINGS)
    assert os.environ["OMP_NUM_THREADS"] == "7" and "MKL_NUM_THREADS" not in os.environ


def test_an_error_ends_the_workers_in_the_middle_of_their_tasks():
    start = time.monotonic()
    with pytest.raises(KeyboardInterrupt), worker_pool(1) as pool:
        pool.submit(os.getpid).result()
        for _ in range(3):
            pool.submit(time.sleep, 30)
        raise KeyboardInterrupt
    assert time.monotonic() - start < 15


def test_a_killed_worker_is_noticed():
    with pytest.raises(VconvError, match="worker process was killed.* --jobs"), worker_pool(1) as pool:
        pool.submit(os._exit, 1).result()


def test_cores():
    assert 1 <= available_cores() <= os.cpu_count()


def test_a_script_that_uses_workers_needs_no_main_guard(tmp_path):
    script = tmp_path / "script.py"
    script.write_text(
        "import math\nfrom vconv.common.workers import worker_pool\n"
        "with worker_pool(1) as pool:\n    print(pool.submit(math.sqrt, 9).result())\n"
    )
    result = subprocess.run([sys.executable, script], capture_output=True, text=True)
    assert (result.returncode, result.stdout, result.stderr) == (0, "3.0\n", "")
