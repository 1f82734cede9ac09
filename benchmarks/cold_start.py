"""What a cold `vconv convert` of one recording costs: CPU seconds, wall seconds and peak memory of a new process.

    python benchmarks/cold_start.py RUN RECORDING [SOURCE]

Each way is measured in `--times` processes, in turns; the smallest numbers are printed. The disk cache is warm after
the first round. With SOURCE, the name of the recording's speaker, a second way converts it as that speaker's.
"""

import argparse
import os
import sys
import tempfile
import time

from vconv.training.run_folder import RunFolder


def measure(arguments):
    """Return CPU seconds, wall seconds and peak memory in MB of `python -m vconv.commands.cli` with `arguments`."""
    start = time.monotonic()
    command = [sys.executable, "-m", "vconv.commands.cli", *arguments]
    process = os.posix_spawn(command[0], command, os.environ, file_actions=[(os.POSIX_SPAWN_OPEN, 1, os.devnull, 1, 0)])
    _, status, usage = os.wait4(process, 0)
    if status:
        sys.exit(f"{' '.join(arguments)}: failed")
    return usage.ru_utime + usage.ru_stime, time.monotonic() - start, usage.ru_maxrss / 1024


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("run", help="run folder of a model that converts recordings")
    parser.add_argument("recording")
    parser.add_argument("source", nargs="?")
    parser.add_argument("--times", type=int, default=5)
    options = parser.parse_args()
    target = RunFolder(options.run).statistics().speakers[-1]
    ways = {"unseen source": []} | (
        {f"source {options.source}": [f"--source={options.source}"]} if options.source else {}
    )
    with tempfile.TemporaryDirectory() as output:
        convert = ["convert", options.recording, f"--run={options.run}", f"--target={target}", f"--output={output}"]
        rounds = [{way: measure(convert + more) for way, more in ways.items()} for _ in range(options.times)]
    print(f"{'':24s}{'CPU / s':>10s}{'wall / s':>10s}{'peak / MB':>11s}")
    for way in ways:
        cpu, wall, peak = (min(numbers) for numbers in zip(*(found[way] for found in rounds), strict=True))
        print(f"{way:24s}{cpu:10.2f}{wall:10.2f}{peak:11.0f}")


if __name__ == "__main__":
    main()
