import ctypes
import subprocess
import sys

import numpy as np
import pytest

from vconv.data import memory


@pytest.mark.skipif(not hasattr(ctypes.CDLL(None), "mallopt"), reason="the C library has no mallopt")
def test_a_freed_array_is_not_returned_to_the_system():
    script = """
import resource, sys, ctypes, numpy as np
from vconv.data import memory
ctypes.CDLL(None).mallopt(-3, 128 << 10)  # as TensorFlow's generator datasets do
if sys.argv[1] == "kept":
    memory.keep_freed_memory()
np.ones(1 << 18)
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
for _ in range(50):
    np.ones(1 << 18)
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""
    faults = {
        name: int(subprocess.run([sys.executable, "-c", script, name], capture_output=True, check=True).stdout)
        for name in ("kept", "returned")
    }
    assert faults["returned"] > 50 * 100  # 2 MiB are 512 pages
    assert faults["kept"] < 100


def test_another_c_library_is_left_alone(monkeypatch):
    monkeypatch.setattr(ctypes, "CDLL", lambda name: object())
    memory.keep_freed_memory()


def test_a_generator_dataset_keeps_freed_memory_from_its_first_batch_on(monkeypatch):
    from vconv.data import dataset

    calls = []
    monkeypatch.setattr(memory, "keep_freed_memory", lambda: calls.append(len(calls)))
    batches = dataset.from_generator(lambda: iter([np.zeros(2, np.float32)]), np.zeros(2, np.float32), 1)
    assert not calls
    assert len(list(batches)) == 1
    assert calls == [0]
