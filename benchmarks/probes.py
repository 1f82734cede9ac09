"""Limits of the machine: matrix products, copies in memory, and reading from the disk, each as a `Probe`."""

import os
from functools import cache

import numpy as np
from row import Probe
from threadpoolctl import threadpool_limits


@cache
def _matrices(size):
    """Return two random factors and room for their product, float32 [size, size]."""
    random = np.random.default_rng(0)
    return *random.normal(size=(2, size, size)).astype(np.float32), np.empty((size, size), np.float32)


def matrix_product(quick):
    """Return the probe of a product of square matrices, float32, by NumPy on all cores."""
    one, other, product = _matrices(256 if quick else 2048)
    return Probe("matrix product", "GFLOP", 2 * len(one) ** 3 / 1e9, lambda: np.matmul(one, other, out=product))


def matrix_product_on_one_core(quick):
    """Return the probe of a product of square matrices, float32, by NumPy on one core."""
    one, other, product = _matrices(256 if quick else 1024)

    def run():
        with threadpool_limits(1, "blas"):
            np.matmul(one, other, out=product)

    return Probe("matrix product on one core", "GFLOP", 2 * len(one) ** 3 / 1e9, run)


@cache
def _memory(megabytes):
    """Return two arrays of so many MB; both are written, so that the system has given the memory."""
    return np.ones(megabytes * 125_000), np.zeros(megabytes * 125_000)


def memory_copy(quick):
    """Return the probe of a copy of an array that exceeds the caches; what is read and written counts."""
    source, target = _memory(16 if quick else 256)
    return Probe("memory", "GB", 2 * source.nbytes / 1e9, lambda: np.copyto(target, source))


def disk_read(quick, folder):
    """Return the probe of reading a file of `folder` from the disk, front to back."""
    path, megabytes = folder / "disk probe", 4 if quick else 64
    if not path.exists():
        write_through(path, np.random.default_rng(0).bytes(megabytes * 1_000_000))

    def run():
        forget(path)
        path.read_bytes()

    return Probe("disk", "GB", megabytes / 1000, run)


def write_through(path, content):
    """Write a file and wait until the disk has it; only then the system can forget it."""
    with open(path, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def forget(path):
    """Let the system drop a file from its cache, where it can."""
    if hasattr(os, "posix_fadvise"):
        with open(path, "rb") as file:
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
