"""Engines: what runs the tasks of a long computation, chosen by the option --engine."""

import contextlib
from concurrent.futures import as_completed

from vconv.common.errors import VconvError
from vconv.common.workers import available_cores, worker_pool

LOCAL, DASK, SLURM = "local", "dask:", "slurm"
ALLOWED = "local, dask:ADDRESS or slurm"


class PoolEngine:
    """An engine whose tasks run in a concurrent.futures.Executor."""

    def __init__(self, pool):
        self.pool = pool

    def run(self, function, calls):
        """Run a function of a module once for each call, and yield the results as they come.

        Parameters
        ----------
        function : callable
            Its arguments and result are small, because they are sent between machines: paths in place of arrays.
        calls : iterable of tuple
            The arguments.

        Yields
        ------
        number : int
            Of the call, from 0.
        result
            What the function returned; what it raised is raised here.
        """
        futures = {self.pool.submit(function, *call): number for number, call in enumerate(calls)}
        for future in as_completed(futures):
            yield futures.pop(future), future.result()


def check(name, jobs=None):
    """Raise a VconvError unless `name` is the name of an engine that takes --jobs, if `jobs` are given."""
    if name not in (LOCAL, SLURM) and not (name.startswith(DASK) and name != DASK):
        raise VconvError(f"--engine {name}: is no engine; give {ALLOWED}, for example dask:tcp://10.0.0.5:8786")
    if jobs and name.startswith(DASK):
        raise VconvError("--jobs: a dask cluster uses all of its workers; leave out --jobs, or start fewer workers")


@contextlib.contextmanager
def open_engine(name, jobs, folder):
    """Yield the engine `name`, which has the method `run` of `PoolEngine`, within the block.

    Parameters
    ----------
    name : str
        "local": processes of this machine; "dask:ADDRESS": a scheduler of dask.distributed; "slurm": job arrays.
    jobs : int, optional
        Number of processes; one per core when left out, and `slurm.JOBS` for Slurm.
    folder : Path
        Existing folder of the results, which all machines share.

    Raises
    ------
    VconvError
        There is no such engine, its package or program is missing, or it does not answer. Within the block: its workers
        are lost.
    """
    check(name, jobs)
    if name == LOCAL:
        with worker_pool(jobs or available_cores()) as pool:
            yield PoolEngine(pool)
    elif name == SLURM:
        from vconv.engines.slurm import SlurmEngine

        yield SlurmEngine(folder, jobs)
    else:
        from vconv.engines.dask import dask_pool

        with dask_pool(name.removeprefix(DASK), folder) as pool:
            yield PoolEngine(pool)
