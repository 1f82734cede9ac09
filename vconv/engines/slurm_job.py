"""A job of `vconv.engines.slurm`: runs its tasks one after the other, and writes the result of each."""

import os
import pickle
import sys
from pathlib import Path

from vconv.common import files


def run(folder, job):
    """Run those tasks of a job that have no result.

    Parameters
    ----------
    folder : Path
        Of the job array.
    job : int
        Number of the job in the array, from 0.
    """
    for _, function, arguments, path in pickle.loads((folder / f"{job}.tasks").read_bytes()):
        if not path.exists():
            try:
                result = True, function(*arguments)
            except Exception as error:
                result = False, error
            content = pickle.dumps(result)
            files.write(path, lambda temporary, content=content: temporary.write_bytes(content))


if __name__ == "__main__":
    run(Path(sys.argv[1]), int(os.environ["SLURM_ARRAY_TASK_ID"]))
