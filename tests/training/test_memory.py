import ctypes
import subprocess
import sys

import pytest

from vconv.training import memory


@pytest.mark.skipif(not hasattr(ctypes.CDLL(None), "mallopt"), reason="the C library has no mallopt")
def test_a_freed_array_is_not_returned_to_the_system():
    script = """
import resource, sys, ctypes, numpy as np
from vconv.training import memory
ctypes.CDLL(None).mallopt(-1, 128 << 10)  # as TensorFlow's generator datasets do
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
