"""How far the median F0 of converted recordings is from that of the target, which needs no shared sentences.

    python benchmarks/f0_shift.py CONVERTED RECORDINGS

CONVERTED holds folders SOURCE-TARGET, RECORDINGS a folder for each speaker. F0 of both is searched in the range that is
found in the target's recordings.
"""

import argparse
from pathlib import Path

import numpy as np

from vconv.audio import folder, wav
from vconv.audio.f0_estimation import estimate_f0, range_of_speaker

RATE = 16000


def joined(path):
    """Return the recordings of a folder as one signal [samples] at 16 kHz."""
    return np.concatenate([wav.read(file, RATE)[0] for file in folder.audio_files(path)])


def median_cents(y, range_hz):
    """Return the median F0 of a signal in cents."""
    f0_hz = estimate_f0(y, RATE, *range_hz)
    return 1200 * np.median(np.log2(f0_hz[f0_hz > 0]))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("converted", type=Path)
    parser.add_argument("recordings", type=Path)
    options = parser.parse_args()
    shifts = []
    for pair in sorted(path for path in options.converted.iterdir() if path.is_dir()):
        target = joined(options.recordings / pair.name.rpartition("-")[2])
        range_hz = range_of_speaker(target, RATE)
        shifts.append(median_cents(joined(pair), range_hz) - median_cents(target, range_hz))
        print(f"{pair.name:20s}{shifts[-1]:8.0f} cents")
    print(f"mean of the magnitudes: {np.abs(shifts).mean():.0f} cents")


if __name__ == "__main__":
    main()
