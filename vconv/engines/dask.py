"""The engine `dask:ADDRESS`: tasks run on the workers of a dask.distributed cluster, which restarts lost tasks."""

import contextlib
import os
import sys
from concurrent.futures import CancelledError, Executor

from vconv.common.errors import VconvError
from vconv.common.extras import needed_for
from vconv.common.threads import one_thread
from vconv.common.version import __version__

CONNECTION_S, WORKERS_S = 10, 20  # how long an address may take to answer, and its first worker to come

# What a worker evaluates: version of vconv, version of Python, whether the folder is there. A function of this module
# would not do, because a worker without vconv never answers to one.
DESCRIPTION = (
    "(__import__('vconv').__version__, __import__('sys').version_info[:2], __import__('os').path.isdir({folder!r}))"
)


@contextlib.contextmanager
def dask_pool(address, folder):
    """Yield an Executor of the workers of a cluster.

    Parameters
    ----------
    address : str
        Of the scheduler, such as "tcp://10.0.0.5:8786".
    folder : Path
        Existing folder that the workers must see.

    Raises
    ------
    VconvError
        dask is not installed, the address does not answer, the cluster has no workers, or they lack vconv or the
        folder. Within the block: the cluster is lost.
    """
    with needed_for("--engine dask:ADDRESS"):
        import distributed
    try:
        client = distributed.Client(address, timeout=CONNECTION_S, set_as_default=False)
    except (OSError, ValueError, TypeError) as error:
        raise VconvError(
            f"--engine dask:{address}: no dask scheduler answers there ({' '.join(str(error).split())[:200]}); start "
            "one with `dask scheduler`, which prints its address"
        ) from error
    with client:
        _check_workers(client, address, folder)
        try:
            yield _Pool(client)
        except (CancelledError, distributed.CancelledError, distributed.scheduler.KilledWorker) as error:
            raise VconvError(
                f"--engine dask:{address}: workers were killed or lost again and again, perhaps because memory ran out "
                f"({type(error).__name__}); finished work is kept: mend the workers and run the same command again"
            ) from error


class _Pool(Executor):
    """The workers of a client. A task takes one thread, so that results do not depend on the machine."""

    def __init__(self, client):
        self._pool = client.get_executor(pure=False)

    def submit(self, function, /, *arguments):
        return self._pool.submit(_single_threaded, function, arguments)


@one_thread()
def _single_threaded(function, arguments):
    """Return function(*arguments); runs in a worker."""
    return function(*arguments)


def _check_workers(client, address, folder):
    """Raise a VconvError unless there are workers, which have this version of vconv and see the folder."""
    import distributed

    try:
        client.wait_for_workers(1, timeout=WORKERS_S)
    except (TimeoutError, distributed.TimeoutError) as error:
        raise VconvError(
            f"--engine dask:{address}: the cluster has no workers; start some with `dask worker {address}`"
        ) from error
    described = client.run(eval, DESCRIPTION.format(folder=os.fspath(folder.absolute())), on_error="return")
    for worker, found in described.items():
        if found != (__version__, sys.version_info[:2], True):
            raise VconvError(f"--engine dask:{address}: worker {worker} {_lack(found, folder)}")


def _lack(found, folder):
    """Return what is wrong with a worker that answered or raised `found`, and the remedy."""
    if isinstance(found, BaseException):
        return f"cannot run vconv ({type(found).__name__}: {found}); install vconv {__version__} there"
    version, python, _ = found
    if (version, python) != (__version__, sys.version_info[:2]):
        here = f"vconv {__version__} and Python {'.'.join(map(str, sys.version_info[:2]))}"
        return f"has vconv {version} and Python {'.'.join(map(str, python))}, this machine {here}; install the same"
    return f"does not see the folder {folder}; write to a folder that all machines share"
