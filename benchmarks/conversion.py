"""Time a conversion on one core, relative to real time: WORLD, the model, and the whole.

taskset -c 0 python benchmarks/conversion.py RUN FOLDER SOURCE TARGET
"""

import os
import statistics
import sys
import time
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ |= {"OMP_NUM_THREADS": "1", "TF_NUM_INTRAOP_THREADS": "1", "TF_NUM_INTEROP_THREADS": "1"}

import vconv
from vconv.audio import wav, world

run, folder, source, target = sys.argv[1:]
converter = vconv.VoiceConverter.load(run)
number = converter.speakers.index(target)
signals = [wav.read(path, converter.rate)[0] for path in sorted(Path(folder).iterdir())]
converter.convert(signals[0], target, source)  # start-up and compilation are not timed

shares = {"WORLD analysis": [], "model": [], "WORLD synthesis": [], "whole conversion": []}
for signal in signals:
    duration, begin = len(signal) / converter.rate, time.perf_counter()
    converter.convert(signal, target, source)
    shares["whole conversion"].append((time.perf_counter() - begin) / duration)
    begin = time.perf_counter()
    utterance = converter.analyze(signal, source)
    shares["WORLD analysis"].append((time.perf_counter() - begin) / duration)
    begin = time.perf_counter()
    converter.spectral.predict(utterance.encoded, number)
    shares["model"].append((time.perf_counter() - begin) / duration)
    begin = time.perf_counter()
    world.synthesize(*utterance.analysis, converter.rate, converter.frame_period_ms)
    shares["WORLD synthesis"].append((time.perf_counter() - begin) / duration)

for name, times in shares.items():
    print(f"{name:20s}{statistics.median(times):7.4f} x real time ({min(times):.4f} to {max(times):.4f})")
world_time = [a + s for a, s in zip(shares["WORLD analysis"], shares["WORLD synthesis"], strict=True)]
ratios = [m / w for m, w in zip(shares["model"], world_time, strict=True)]
print(f"model / WORLD {statistics.median(ratios):7.2f} ({min(ratios):.2f} to {max(ratios):.2f}), {len(ratios)} files")
