"""Limits of the number of threads, which also hold while several threads of Python set and leave them."""

import sys
import threading
from contextlib import contextmanager
from functools import lru_cache

from threadpoolctl import ThreadpoolController, threadpool_limits

_lock = threading.Lock()
_entered = 0  # blocks of `one_blas_thread` that have not been left
_limits = []  # what the last of them undoes


@contextmanager
def one_blas_thread():
    """Limit linear algebra to one thread within a block, or within a function that this decorates.

    The last bits of matrix products depend on the number of threads. The limit is one of the process, so it ends when
    the last of the blocks of all threads is left.
    """
    global _entered
    with _lock:
        _entered += 1
        libraries = _linear_algebra(len(sys.modules))
        if any(library.num_threads > 1 for library in libraries.lib_controllers):  # or loaded since the first block
            _limits.append(libraries.limit(limits=1))
    try:
        yield
    finally:
        with _lock:
            _entered -= 1
            while _limits and not _entered:
                _limits.pop().restore_original_limits()


@lru_cache(maxsize=1)
def _linear_algebra(_modules):
    """Return the libraries of linear algebra; a search takes 0.4 ms, and only an import loads another one."""
    return ThreadpoolController().select(user_api="blas")


@contextmanager
def one_thread():
    """Limit OpenMP, too: the sums of k-means in scikit-learn, for example, depend on its threads.

    OpenMP keeps a number for each thread of Python.
    """
    with one_blas_thread(), threadpool_limits(limits=1, user_api="openmp"):
        yield
