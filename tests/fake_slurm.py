"""Doubles of `sbatch` and `scancel`: sbatch runs the jobs of an array as processes of this machine, one by one."""

import os
import sys

# Jobs named in $FAKE_SLURM/kill are killed as soon as they start, once.
SBATCH = """#!{python}
import os, re, subprocess, sys
from pathlib import Path

options = dict(option.removeprefix("--").partition("=")[::2] for option in sys.argv[1:-1])
assert set(options) == {{"wait", "parsable", "array", "output"}}, options
notes = Path(os.environ["FAKE_SLURM"])
with open(notes / "calls", "a") as calls:
    calls.write(options["array"] + "\\n")
if os.environ.get("SBATCH_PARTITION") == "none":
    sys.exit("sbatch: error: invalid partition specified: none")
print("4711;cluster", flush=True)
first, last = map(int, options["array"].split("-"))
status = 0
for number in range(first, last + 1):
    kill = notes / f"kill-{{number}}"
    with open(options["output"].replace("%a", str(number)), "w") as log:
        job = subprocess.Popen(
            ["sh", sys.argv[-1]], env=os.environ | {{"SLURM_ARRAY_TASK_ID": str(number)}}, stdout=log, stderr=log
        )
        if kill.exists():
            kill.unlink()
            job.kill()
        status |= job.wait() != 0
sys.exit(status)
"""
SCANCEL = """#!/bin/sh
echo "$1" > "$FAKE_SLURM/cancelled"
"""


def install(folder, monkeypatch):
    """Put the doubles, in `folder`, first on PATH."""
    for name, text in ("sbatch", SBATCH.format(python=sys.executable)), ("scancel", SCANCEL):
        (folder / name).write_text(text)
        (folder / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("FAKE_SLURM", str(folder))
    return folder
