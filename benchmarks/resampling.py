"""Measure the distortion of speech resampled from 16 to 48 kHz and back, by soxr and by `vconv.audio.wav.resample`.

    python benchmarks/resampling.py corpora/vcc2016/evaluation_all [--recordings 20]

The recordings are evenly spread over all that the folder holds.
"""

import argparse
from functools import partial
from pathlib import Path

import numpy as np
import soxr
from frame_by_frame import distortion_db, table

from vconv.audio import wav

LOW, HIGH = 16000, 48000
METHODS = {f"soxr {quality}": partial(soxr.resample, quality=quality) for quality in ("HQ", "VHQ")}
METHODS["vconv, by FFT"] = wav.resample


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--recordings", type=int, default=20)
    args = parser.parse_args()
    paths, rows = sorted(path for path in args.folder.rglob("*") if path.suffix in wav.SUBTYPES), []
    for number in np.unique(np.linspace(0, len(paths) - 1, args.recordings).round().astype(int)):
        y = wav.read(paths[number], LOW)[0]
        returned = [resample(resample(y, LOW, HIGH), HIGH, LOW)[: len(y)] for resample in METHODS.values()]
        rows.append(dict(zip(METHODS, distortion_db(returned, y, LOW), strict=True)))
    table(rows)


if __name__ == "__main__":
    main()
