"""Measure F0 estimators on clean and degraded recordings whose F0 is known.

    python benchmarks/f0_robustness.py corpora/vcc2016/vcc2016_training corpora/librispeech/test-other \
        --speakers SF1:4 TF1:4 SM1:4 TM1:4 1688:2 1998:2 2033:2 2414:2 2609:2 3005:2 \
        --babble SF2 SM2 TF2 TM2 SF3 TM3 367 533 --methods autocorrelation dio harvest pyin praat

A speaker is a folder in one of the folders; a number after it says how many recordings are read, up to 9 s of each.
They are analyzed by WORLD and synthesized again, so F0 and voicing are known exactly, and degraded by
`degradations.py`. A speaker's F0 range is found by a wide pass, as in `vconv extract`: by the method itself, but by DIO
for Harvest and pYIN. `praat` (Boersma's autocorrelation) needs the package praat-parselmouth, under the GPL; `pyin`
(Mauch and Dixon 2014) is librosa's.

Columns: `gross` is the share of the frames voiced in both whose F0 is off by more than 20 %. `voicing` is the share of
all frames that are voiced in one only. `fine` is the mean absolute error of the other frames voiced in both, in cents.
`range` is the error of the floor or ceiling that is further off, of the speaker where it is largest. It is relative to
the range found from the known F0.
"""

import argparse
from pathlib import Path

import numpy as np
from degradations import PAUSE_SECONDS, all_degradations, degrade

from vconv.audio import f0, wav, world
from vconv.audio.folder import audio_files

RATE, PERIOD_MS, SECONDS = 16000, 5.0, 9
STEP = 2  # the estimators run at every second frame
GROSS = 0.2
SPEECH_DB = -40  # relative to the strongest frame; Harvest's F0 below it is not trusted
SHORTEST = 8  # frames of a voiced stretch; half of them must agree with DIO


def known_f0(y):
    """Return F0 [T] that Harvest finds in speech and DIO confirms."""
    f0_hz, other_hz = (world.estimate_f0(y, RATE, 60, 500, method, PERIOD_MS) for method in ("harvest", "dio"))
    power = world.estimate_spectrum(y, f0_hz, RATE, PERIOD_MS).sum(axis=1)
    voiced = (f0_hz > 0) & (power > power.max() * 10 ** (SPEECH_DB / 10))
    agreed = (other_hz > 0) & (np.abs(other_hz / np.maximum(f0_hz, 1) - 1) < 0.1)
    edges = np.flatnonzero(np.diff(np.concatenate([[0], voiced, [0]])))
    found = np.zeros_like(f0_hz)
    for first, last in edges.reshape(-1, 2):
        if last - first >= SHORTEST and agreed[first:last].mean() >= 0.5:
            found[first:last] = f0_hz[first:last]
    return found


def resynthesized(y):
    """Return a recording resynthesized by WORLD, and its F0 [T]."""
    f0_hz = known_f0(y)
    seconds = np.arange(len(f0_hz)) * (PERIOD_MS / 1000)
    aperiodicity = world.pyworld.d4c(y, f0_hz, seconds, RATE, threshold=-np.inf, fft_size=world.fft_size(RATE))
    spectrum = world.estimate_spectrum(y, f0_hz, RATE, PERIOD_MS)
    return world.synthesize(f0_hz, spectrum, aperiodicity, RATE, PERIOD_MS), f0_hz


def by_world(method):
    """Return an estimator of vconv, a function of (signal, floor, ceiling)."""
    return lambda y, *range_hz: world.estimate_f0(y, RATE, *range_hz, method, STEP * PERIOD_MS)


def pyin(y, floor_hz, ceiling_hz):
    """Return F0 [T] by librosa's pYIN."""
    import librosa

    hop = int(RATE * STEP * PERIOD_MS / 1000)
    size = 1024 if floor_hz > 40 else 2048
    return librosa.pyin(y, fmin=floor_hz, fmax=ceiling_hz, sr=RATE, hop_length=hop, frame_length=size, fill_na=0.0)[0]


def praat(y, floor_hz, ceiling_hz):
    """Return F0 [T] by Praat's autocorrelation; its wide range is 60 to 600 Hz."""
    import parselmouth

    if (floor_hz, ceiling_hz) == f0.WIDE_RANGE_HZ:
        floor_hz, ceiling_hz = 60.0, 600.0
    period = STEP * PERIOD_MS / 1000
    pitch = parselmouth.Sound(y, RATE).to_pitch_ac(time_step=period, pitch_floor=floor_hz, pitch_ceiling=ceiling_hz)
    found = pitch.selected_array["frequency"]
    index = np.round((np.arange(int(len(y) / RATE / period) + 1) * period - pitch.xs()[0]) / period).astype(int)
    return np.where((index >= 0) & (index < len(found)), found[np.clip(index, 0, len(found) - 1)], 0.0)


ESTIMATORS = {name: by_world(name) for name in ("autocorrelation", "dio", "harvest")} | {"pyin": pyin, "praat": praat}
WIDE = ESTIMATORS | dict.fromkeys(("harvest", "pyin"), by_world("dio"))


def range_of(f0_hz):
    """Return the F0 range, the wide one if no frame is voiced."""
    return f0.find_range(f0_hz) if f0_hz.any() else f0.WIDE_RANGE_HZ


def estimated(method, recordings):
    """Return the F0 of a speaker's recordings, (signal, known F0), as (estimated, known) [n], and the range error."""
    known = [true_hz[::STEP] for _, true_hz in recordings]
    right = range_of(np.concatenate(known))
    found = range_of(np.concatenate([WIDE[method](y, *f0.WIDE_RANGE_HZ) for y, _ in recordings]))
    pairs = []
    for (y, _), true_hz in zip(recordings, known, strict=True):
        f0_hz = ESTIMATORS[method](y, *found)[: len(true_hz)]
        pairs.append((np.pad(f0_hz, (0, len(true_hz) - len(f0_hz))), true_hz))
    return np.concatenate(pairs, axis=1), max(abs(a / b - 1) for a, b in zip(found, right, strict=True))


def scores(method, speakers):
    """Return gross, voicing, fine and range error of a method; `speakers` are lists of (signal, known F0)."""
    pairs, range_errors = zip(*(estimated(method, recordings) for recordings in speakers), strict=True)
    found, known = np.concatenate(pairs, axis=1)
    both = (found > 0) & (known > 0)
    ratio = found[both] / known[both]
    gross = np.abs(ratio - 1) > GROSS
    voicing = (found > 0) != (known > 0)
    fine = 1200 * np.abs(np.log2(ratio[~gross])).mean()
    return 100 * gross.mean(), 100 * voicing.mean(), fine, 100 * max(range_errors)


def files_of(folders, speaker):
    """Return the recordings of a speaker, sorted; they may lie in sub-folders."""
    folder = next(folder / speaker for folder in folders if (folder / speaker).is_dir())
    inner = [folder, *(path for path in sorted(folder.rglob("*")) if path.is_dir())]
    return [file for one in inner if any(path.is_file() for path in one.iterdir()) for file in audio_files(one)]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", type=Path, nargs="+")
    parser.add_argument("--speakers", nargs="+", required=True, metavar="SPEAKER:NUMBER")
    parser.add_argument("--babble", nargs="+", required=True, metavar="SPEAKER", help="their last recording is used")
    parser.add_argument("--methods", nargs="+", default=["autocorrelation", "dio"], choices=ESTIMATORS)
    parser.add_argument("--conditions", nargs="+", help='such as clean "hum 60 Hz"; all when left out')
    options = parser.parse_args()
    clean = []
    for speaker, number in (entry.split(":") for entry in options.speakers):
        files = files_of(options.folders, speaker)[: int(number)]
        clean.append([resynthesized(wav.read(path, RATE)[0][: SECONDS * RATE]) for path in files])
    voices = [wav.read(files_of(options.folders, speaker)[-1], RATE)[0] for speaker in options.babble]
    pause = int(1000 * PAUSE_SECONDS / PERIOD_MS)
    print("| condition | method | gross / % | voicing / % | fine / cents | range / % |\n|---|---|---|---|---|---|")
    conditions = all_degradations(voices)
    for method in options.methods:
        for name in options.conditions or conditions:
            degraded = [
                [
                    (degrade(y, RATE, conditions[name], seed), np.pad(f0_hz, pause))
                    for seed, (y, f0_hz) in enumerate(one)
                ]
                for one in clean
            ]
            gross, voicing, fine, range_error = scores(method, degraded)
            print(f"| {name} | {method} | {gross:.1f} | {voicing:.1f} | {fine:.1f} | {range_error:.0f} |", flush=True)


if __name__ == "__main__":
    main()
