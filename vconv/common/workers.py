"""Worker processes that end with their parent: after the work, after Ctrl-C, and if the parent is killed."""

import contextlib
import multiprocessing
import os
import signal
import sys
import threading
import types
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool

from vconv.common.errors import VconvError

THREAD_SETTINGS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")


class _Process(multiprocessing.context.SpawnProcess):
    """A new process that does not run the user's script again, so that the script needs no main guard."""

    def start(self):
        script = sys.modules["__main__"]
        sys.modules["__main__"] = types.ModuleType("__main__")  # names no file, so the process imports none
        try:
            super().start()
        finally:
            sys.modules["__main__"] = script


class _Context(multiprocessing.context.SpawnContext):
    Process = _Process


def available_cores():
    """Return the number of cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@contextlib.contextmanager
def worker_pool(jobs):
    """Yield a ProcessPoolExecutor of `jobs` new processes of one thread each; they start with the first task.

    If an error leaves the block, Ctrl-C included, they end at once, in the middle of their tasks.

    Raises
    ------
    VconvError
        The system killed a process, usually because memory ran out.
    """
    context = _Context()
    # The workers wait for the other end of a pipe to close. The system closes it too if this process is killed.
    watched, held = context.Pipe(duplex=False)
    with _environment(dict.fromkeys(THREAD_SETTINGS, "1")), watched, held:
        pool = ProcessPoolExecutor(jobs, mp_context=context, initializer=_start_worker, initargs=(watched,))
        try:
            yield pool
        except BrokenProcessPool as error:
            raise VconvError(
                "a worker process was killed, perhaps because memory ran out; finished work is kept: run the "
                "same command again with fewer --jobs"
            ) from error
        except BaseException:
            held.close()
            raise
        finally:
            pool.shutdown(cancel_futures=True)


def _start_worker(watched):
    """Leave Ctrl-C to the parent, and end this process when the parent's end of the pipe closes."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, args=(watched,), daemon=True).start()


def _end_with_parent(watched):
    """Wait until the parent's end of the pipe closes, then end this process."""
    with contextlib.suppress(EOFError, OSError):
        watched.recv()
    os._exit(1)


@contextlib.contextmanager
def _environment(variables):
    """Set environment variables for the processes that are started in the block."""
    before = {name: os.environ.get(name) for name in variables}
    os.environ.update(variables)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
