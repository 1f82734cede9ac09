"""Memory and time of converting long files: as a whole in memory, and in blocks.

python benchmarks/long_files.py RUN SPEECH-FOLDER SOURCE TARGET [--minutes 1 10 60] [--whole-up-to 10]

Repeats the recordings of a folder to files of 48 kHz stereo, and converts each in a process of its own. The memory is
the peak of the process, libraries included; a file of one second shows how much that is without the recording.
"""

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import soundfile

from vconv.audio import wav

RATE = 48000
CHILD = """
import resource, sys, time
import vconv
from vconv.audio import loudness, wav
run, path, output, source, target, way = sys.argv[1:]
begin = time.process_time()
converter = vconv.VoiceConverter.load(run)
if way == "whole":
    y, rate = converter.convert(path, target, source)
    wav.write(output, loudness.limit(y, rate), rate)
else:
    converter.convert_file(path, output, target, source)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000, time.process_time() - begin)
"""


def write_repeated(path, signals, seconds):
    """Write signals [samples] at `RATE` one after the other, again and again, as stereo of so many seconds."""
    with soundfile.SoundFile(path, "w", RATE, 2, "PCM_16") as file:
        left = round(seconds * RATE)
        while left:
            for y in signals:
                part = y[:left]
                file.write(np.column_stack([part, 0.7 * part]))
                left -= len(part)


def measure(arguments, path, way):
    """Return (peak memory in MB, CPU seconds) of the conversion of a file in a child process."""
    command = [sys.executable, "-c", CHILD, arguments.run, str(path), str(path.with_suffix(".out.flac"))]
    environment = os.environ | {"TF_CPP_MIN_LOG_LEVEL": "3", "OMP_NUM_THREADS": "1", "TF_NUM_INTRAOP_THREADS": "1"}
    done = subprocess.run(
        [*command, arguments.source, arguments.target, way], env=environment, capture_output=True, text=True, check=True
    )
    return map(float, done.stdout.split())


def main():
    """Print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("run", "folder", "source", "target"):
        parser.add_argument(name)
    parser.add_argument("--minutes", nargs="+", type=float, default=[1, 10, 60])
    parser.add_argument("--whole-up-to", type=float, default=10, help="minutes that are converted as a whole, too")
    arguments = parser.parse_args()
    signals = [wav.read(path, RATE)[0] for path in sorted(Path(arguments.folder).iterdir())]
    print("  minutes  way       memory MB  CPU s  CPU s / s of audio")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "long.wav"
        for minutes in (1 / 60, *arguments.minutes):
            write_repeated(path, signals, 60 * minutes)
            for way in ("whole", "blocks"):
                if way == "blocks" or minutes <= arguments.whole_up_to:
                    memory_mb, seconds = measure(arguments, path, way)
                    print(
                        f"{minutes:9.2f}  {way:6s}  {memory_mb:11.0f}  {seconds:5.0f}  {seconds / 60 / minutes:18.3f}"
                    )


if __name__ == "__main__":
    main()
