"""Time and memory of `vconv init` and `vconv doctor` for hours of one speaker, and an init that was killed half-way.

    python benchmarks/long_preparation.py corpora/vcc2016/vcc2016_training/SF1 --work DIR --hours 1 10

The recordings of the folder are joined in random order to FLAC files of `--minutes`, each with a speed of 0.94 to 1.06,
a gain within 6 dB, and a pause of 0.3 to 2.5 seconds after it. `--minutes` as long as the whole makes one file. Steps:

- init: `vconv init`
- doctor, recordings: `vconv doctor` of the long files
- doctor, recipe: `vconv doctor` of the utterances that init made
- quick checks: those of `vconv extract`, on signals in memory, in this process
- init, killed: it is killed when half of the files are finished, and the same command is given again; the time is that
  of both, and the recipe must equal that of an init that was not killed (left out for one file)

CPU time and memory are those of the command and its workers together; the memory is the largest sum of their
proportional set sizes, looked at every 0.2 s. Needs Linux. DIR must have room for three times the recordings, which the
first line tells; they stay there and are not made again.
"""

import argparse
import hashlib
import itertools
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import soundfile

from vconv.audio import wav
from vconv.audio.folder import audio_files
from vconv.diagnosis import quick
from vconv.preparation.progress import NAME as FINISHED

SPEEDS, GAIN_DB, PAUSES_S, BACKGROUND = (0.94, 1.06), 6.0, (0.3, 2.5), 1e-4
SAMPLING_S = 0.2
TITLES = ("hours", "files", "step", "wall s", "CPU s", "CPU s / s of audio", "memory MB")


def spoken(paths, rate):
    """Yield recordings without end, at random speeds and gains, each followed by a pause; float64 [n] at `rate` Hz."""
    rng, recordings = np.random.default_rng(0), [wav.read(path, rate)[0] for path in paths]
    while True:
        for number in rng.permutation(len(recordings)):
            y = recordings[number]
            y = np.interp(np.arange(0, len(y) - 1, rng.uniform(*SPEEDS)), np.arange(len(y)), y)
            y = y * 10 ** (rng.uniform(-GAIN_DB, GAIN_DB) / 20)
            y = np.append(y, np.zeros(int(rng.uniform(*PAUSES_S) * rate)))
            yield y + BACKGROUND * rng.standard_normal(len(y))


def write_long(folder, paths, hours, minutes, rate):
    """Write the long files into a folder unless they are there."""
    parts = spoken(paths, rate)
    for number in range(max(1, round(60 * hours / minutes))):
        path, left = folder / f"{number:04}.flac", round(60 * min(minutes, 60 * hours) * rate)
        if path.exists():
            continue
        folder.mkdir(parents=True, exist_ok=True)
        with soundfile.SoundFile(folder / f"{number:04}.part", "w", rate, 1, "PCM_16", format="FLAC") as file:
            for y in parts:
                file.write(np.clip(y[:left], -1, 1))
                left -= len(y)
                if left <= 0:
                    break
        (folder / f"{number:04}.part").rename(path)


def processes(pid):
    """Return the process numbers of a process and of all that it started."""
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:  # it has ended
        return []
    return [pid, *itertools.chain.from_iterable(processes(child) for child in children)]


def usage(pid):
    """Return CPU seconds and proportional set size in MB of a process and of all that it started and that still run."""
    ticks, total_kb = 0, 0
    for each in processes(pid):
        try:
            lines = Path(f"/proc/{each}/smaps_rollup").read_text().splitlines()
            fields = Path(f"/proc/{each}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        ticks += int(fields[11]) + int(fields[12])
        total_kb += sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
    return np.array([ticks / os.sysconf("SC_CLK_TCK"), total_kb / 1000])


def measured(*arguments, until=None):
    """Run vconv; return wall seconds, CPU seconds and MB; kill it as soon as `until`, if given, returns true."""
    command = [sys.executable, "-m", "vconv", *map(str, arguments)]
    begin, peak = time.perf_counter(), np.zeros(2)
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while True:
        ended, status, total = os.wait4(process.pid, os.WNOHANG)
        if ended:
            break
        peak = np.maximum(peak, usage(process.pid))
        if until and until():
            process.kill()
        time.sleep(SAMPLING_S)
    if os.WIFEXITED(status) and os.WEXITSTATUS(status) not in (0, 1):  # 1: the doctor found something
        raise SystemExit(f"{' '.join(command)}: status {os.WEXITSTATUS(status)}")
    # The workers of a killed process are not in its total.
    return np.array([time.perf_counter() - begin, max(total.ru_utime + total.ru_stime, peak[0]), peak[1]])


def finished(recipe):
    """Return how many files an init has finished."""
    path = recipe / FINISHED
    return sum(bool(line) for line in path.read_text().splitlines()) if path.exists() else 0


def digest(recipe):
    """Return a hash of the names and contents of the files of a recipe, without the order in which they were made."""
    found = hashlib.sha256()
    for path in sorted(path for path in recipe.rglob("*") if path.is_file() and path.name != FINISHED):
        found.update(str(path.relative_to(recipe)).encode() + path.read_bytes())
    return found.hexdigest()


def killed(recordings, recipe, files):
    """Return the measures of an init that was killed half-way, and of the same command given again."""
    first = measured("init", recipe, "--recordings", recordings, until=lambda: finished(recipe) >= files / 2)
    done = finished(recipe)
    if not 0 < done < files:
        raise SystemExit(f"{recipe}: {done} of {files} files were finished when it was killed; take more files")
    second = measured("init", recipe, "--recordings", recordings)
    return np.append(first[:2] + second[:2], max(first[2], second[2]))


def quick_checks(recipe):
    """Return wall seconds, CPU seconds and no memory of the checks of `vconv extract` on all utterances."""
    seconds = np.zeros(2)
    for path in audio_files(recipe / "recordings" / "speaker"):
        signals, rate = soundfile.read(path, always_2d=True)
        begin = np.array([time.perf_counter(), time.process_time()])
        quick.kinds(path, signals, rate)
        seconds += [time.perf_counter(), time.process_time()] - begin
    return np.append(seconds, np.nan)


def steps(work, files):
    """Yield the name and the measures of each step."""
    recordings, recipe, again = work / "recordings" / "speaker", work / "recipe", work / "again"
    for folder in (recipe, again):
        shutil.rmtree(folder, ignore_errors=True)
    yield "init", measured("init", recipe, "--recordings", recordings)
    yield "doctor, recordings", measured("doctor", recordings)
    yield "doctor, recipe", measured("doctor", recipe / "corpus.yaml")
    yield "quick checks", quick_checks(recipe)
    if files > 1:
        yield "init, killed", killed(recordings, again, files)
        if digest(again) != digest(recipe):
            raise SystemExit(f"{again}: differs from {recipe}")
        shutil.rmtree(again)


def main():
    """Print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("recordings", type=Path, help="folder of one speaker")
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--hours", type=float, nargs="+", default=[1, 10])
    parser.add_argument("--minutes", type=float, default=20)
    parser.add_argument("--rate", type=int, default=16000)
    options = parser.parse_args()
    most = 3 * 3600 * 2e-9 * options.rate * sum(options.hours)
    print(f"at most {most:.1f} GB in {options.work}\n\n| {' | '.join(TITLES)} |\n|{'---|' * len(TITLES)}", flush=True)
    for hours in options.hours:
        work = options.work / f"{hours:g}h-{options.minutes:g}min-{options.rate}"
        write_long(
            work / "recordings" / "speaker", audio_files(options.recordings), hours, options.minutes, options.rate
        )
        files = len(audio_files(work / "recordings" / "speaker"))
        for name, (wall_s, cpu_s, peak_mb) in steps(work, files):
            cells = f"{wall_s:.0f} | {cpu_s:.0f} | {cpu_s / 3600 / hours:.4f} | {peak_mb:.0f}"
            print(f"| {hours:g} | {files} | {name} | {cells} |", flush=True)


if __name__ == "__main__":
    main()
