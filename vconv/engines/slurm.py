"""The engine `slurm`: tasks run as an array of Slurm jobs, submitted by `sbatch`.

`sbatch` reads partition, account, memory and time limit from its own variables, such as SBATCH_PARTITION.
"""

import contextlib
import os
import pickle
import shlex
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from vconv.common.errors import VconvError
from vconv.common.workers import THREAD_SETTINGS

JOBS = 64  # elements of the array when --jobs is left out
POLL_S = 0.5
LATE_S = 60  # a network drive shows a new file so much later, at most
SCRIPT = """#!/bin/sh
#SBATCH --job-name=vconv
#SBATCH --ntasks=1
#SBATCH --cpus-per-task=1
{exports}
exec {python} -m vconv.engines.slurm_job {folder}
"""


class SlurmEngine:
    """An engine whose tasks run in an array of Slurm jobs; a killed job's tasks are submitted again.

    Parameters
    ----------
    folder : Path
        Existing folder that all nodes share.
    jobs : int, optional
        Number of jobs in an array; `JOBS` when left out.
    """

    def __init__(self, folder, jobs=None):
        self._parent, self._jobs = folder.absolute(), jobs or JOBS

    def run(self, function, calls):
        """Run a function once for each call; as of `engine.PoolEngine.run`.

        Raises
        ------
        VconvError
            `sbatch` is missing or refuses the jobs, or all jobs of an array ended without finishing a task.
        """
        left = dict(enumerate(calls))
        # The folder belongs to this user alone (mode 0700), because pickles are read from it.
        with tempfile.TemporaryDirectory(prefix="slurm-", dir=self._parent, ignore_cleanup_errors=True) as name:
            folder = Path(name)
            while left:
                before = len(left)
                _prepare(folder, function, left, self._jobs)
                with _submitted(folder, min(self._jobs, before)) as array:
                    for number, path in _finished(folder, set(left), array):
                        del left[number]
                        yield number, _result(path)
                if len(left) == before:
                    raise VconvError(
                        f"--engine slurm: the jobs ended and finished no task ({_last_line(folder)}); give them more "
                        "memory or time by SBATCH_MEM_PER_CPU and SBATCH_TIMELIMIT, write to a folder that all nodes "
                        "share, and run the same command again"
                    )


def _prepare(folder, function, left, jobs):
    """Write the script of the jobs, and for each job its tasks: [(number, function, arguments, path of the result)]."""
    for job in range(min(jobs, len(left))):
        tasks = [
            (number, function, call, folder / f"{number}.result") for number, call in list(left.items())[job::jobs]
        ]
        (folder / f"{job}.tasks").write_bytes(pickle.dumps(tasks))
    script = SCRIPT.format(
        exports="\n".join(f"export {name}=1" for name in THREAD_SETTINGS),
        python=shlex.quote(sys.executable),
        folder=shlex.quote(str(folder)),
    )
    (folder / "job.sh").write_text(script, encoding="utf-8")


@contextlib.contextmanager
def _submitted(folder, jobs):
    """Yield the process of `sbatch`, which waits for the end of the array; leaving the block ends what still runs."""
    log, script = folder / "log-%a.txt", folder / "job.sh"
    command = ["sbatch", "--wait", "--parsable", f"--array=0-{jobs - 1}", f"--output={log}", str(script)]
    try:
        array = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    except OSError as error:
        raise VconvError(
            f"--engine slurm: sbatch cannot be run here ({os.strerror(error.errno)}); run this on a login node of the "
            "cluster, or use --shard with another scheduler"
        ) from error
    with array:
        job = array.stdout.readline().strip().partition(";")[0]
        if not job:
            refusal = " ".join(array.stderr.read().split()) or "it says nothing"
            raise VconvError(
                f"--engine slurm: sbatch refuses the jobs ({refusal}); correct the variables SBATCH_… that it reads"
            )
        try:
            yield array
        finally:
            if array.poll() is None:
                subprocess.run(["scancel", job], check=False, capture_output=True)
                array.terminate()


def _finished(folder, numbers, array):
    """Yield (number, path) of each new result, until all are there or the array has ended."""
    ended_s = None
    while numbers:
        for path in folder.glob("[0-9]*.result"):
            if (number := int(path.stem)) in numbers:
                numbers.remove(number)
                yield number, path
        if array.poll() is not None:
            ended_s = ended_s or time.monotonic()
            if time.monotonic() - ended_s > LATE_S:
                return
        if numbers:
            time.sleep(POLL_S)


def _result(path):
    """Return what a task returned, or raise what it raised."""
    returned, value = pickle.loads(path.read_bytes())
    if returned:
        return value
    raise value


def _last_line(folder):
    """Return the last line that a job printed."""
    logs = [path.read_text(encoding="utf-8", errors="replace") for path in sorted(folder.glob("log-*.txt"))]
    lines = [line.strip() for line in "\n".join(logs).splitlines() if line.strip()]
    return lines[-1] if lines else "they print nothing"
