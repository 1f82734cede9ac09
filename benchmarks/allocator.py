"""Time the training of `matched` with and without `data.memory.keep_freed_memory`, in alternation.

    python benchmarks/allocator.py CORPUS.yaml FEATURES.h5 [--rounds 3] [--steps 40]

Each round trains two epochs with each allocator, in a process of its own, and compares the seconds of the second.
"""

import argparse
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

TRAIN = """
import sys
from vconv.data import memory
if sys.argv.pop(1) == "returned":
    memory.keep_freed_memory = lambda: None
from vconv.commands.cli import main
main()
"""


def seconds_of_epoch(allocator, corpus, features, steps):
    """Return the seconds of the second epoch, from the progress that Keras prints."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-c", TRAIN, allocator, "train", "matched", "--corpus", corpus]
        command += ["--features", features, "--run", str(Path(folder) / "run")]
        for setting in ("epochs=2", f"segments_per_epoch={32 * steps}"):
            command += ["--set", f"training.{setting}"]
        output = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    epochs = [line for line in output.splitlines() if line.startswith(f"{steps}/{steps} - ")]
    return float(epochs[1].split(" - ")[1].removesuffix("s"))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus")
    parser.add_argument("features")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--steps", type=int, default=40)
    args = parser.parse_args()
    ratios = []
    for _ in range(args.rounds):
        kept, returned = (
            seconds_of_epoch(name, args.corpus, args.features, args.steps) for name in ("kept", "returned")
        )
        ratios.append(returned / kept)
        print(f"returned {returned:.0f} s, kept {kept:.0f} s, ratio {ratios[-1]:.2f}", flush=True)
    print(f"ratio {statistics.median(ratios):.2f} (from {min(ratios):.2f} to {max(ratios):.2f})")


if __name__ == "__main__":
    main()
