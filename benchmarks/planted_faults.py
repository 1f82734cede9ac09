"""Plant faults in copies of recordings, let `vconv doctor` look for them, and print precision and recall by kind.

    python benchmarks/planted_faults.py corpora/vcc2016/vcc2016_training \
        --ordinary corpora/librispeech/test-other corpora/cmu_arctic

The first argument is a folder with a folder for each speaker. The thresholds of the checks were chosen on SF1, SF2,
SM1, TF1 and TM1; the speakers here are the other five, unless `--speakers` names some. Each fault of `planting.py` is
planted in `--files` recordings of each speaker, no recording twice, and as many recordings of the same stay as they
are. A finding of another kind than the planted one, or what follows from it, counts as a false alarm of its kind. Files
at a lower rate, copies and strange voices are planted by regrouping untouched recordings. `--ordinary` counts the
findings in folders of recordings in which nothing was planted.
"""

import argparse
import itertools
import tempfile
from collections import Counter, defaultdict
from pathlib import Path

import numpy as np
import soundfile
from planting import FAULTS, FAULTS_OF_FILES

from vconv.audio import wav
from vconv.audio.folder import audio_files
from vconv.common.workers import available_cores, worker_pool
from vconv.diagnosis import duplicates, rates, voices
from vconv.diagnosis.examination import examine

TEST_SPEAKERS = "SF3", "SM2", "TF2", "TM2", "TM3"
RATE = 16000
FAR_OCTAVES = 0.5
CONSEQUENCES = {  # of a header that says too little, and of a background that sounds everywhere
    "wrong header": {"too short"},
    "music": {"noise"},
}
GROUP = 20  # recordings of a speaker that hides a stranger


def variants():
    """Yield (kind, function, whether it works on the bytes of the file)."""
    for table, of_files in (FAULTS, False), (FAULTS_OF_FILES, True):
        for kind, functions in table.items():
            yield from ((kind, function, of_files) for function in functions)


def plant(source, target, function, of_files, rng):
    """Write a copy of a recording with a fault; `function` None leaves it as it is."""
    y, rate = wav.read(source)
    if function and not of_files:
        y = function(y, rate, rng)
    y = y / max(1.0, np.abs(y).max())
    soundfile.write(target, wav.to_int16(y), rate, subtype="PCM_16")
    if of_files:
        target.write_bytes(function(target.read_bytes()))


def planted_files(root, speakers, count, folder):
    """Write the copies to `folder`; return (path, speaker, planted kind or None) of each."""
    rng, made = np.random.default_rng(0), []
    for speaker in speakers:
        sources = iter(rng.permutation(audio_files(root / speaker)))
        for number, (kind, function, of_files) in enumerate(variants()):
            for take, clean in itertools.product(range(count), (False, True)):
                path = folder / f"{speaker}-{number}-{take}-{'clean' if clean else 'fault'}.wav"
                plant(next(sources), path, None if clean else function, of_files and not clean, rng)
                made.append((path, speaker, None if clean else kind))
    return made


def examined(files):
    """Return [(findings, summary)] of (path, speaker) pairs."""
    with worker_pool(available_cores()) as pool:
        return [future.result() for future in [pool.submit(examine, *file) for file in files]]


def copies(folder, sources, rng):
    """Write copies of recordings, half of them weaker, some for another speaker; return (path, speaker) of each."""
    made = []
    for number, (path, speaker) in enumerate(sources):
        other = speaker if number % 3 else "another"
        y, rate = wav.read(path)
        target = folder / f"copy-{number}.{('wav', 'flac', 'ogg')[number % 3]}"
        wav.write(target, y * (1.0, 10 ** (rng.uniform(-20, -3) / 20))[number % 2], rate)
        made.append((target, other))
    return made


def median_octave(summaries):
    """Return log2 of the median F0, in Hz, of `Summary`s."""
    return np.median([one.voice[-1] for one in summaries]) * voices.F0_STD * np.sqrt(2)


def count_regrouped(summaries, rng, table):
    """Count in `table` strangers among a speaker's recordings, and two speakers in one folder."""
    for a, b in itertools.permutations(summaries, 2):
        own = [summaries[a][n] for n in rng.permutation(len(summaries[a]))[: 2 * GROUP]]
        strange = [summaries[b][n] for n in rng.permutation(len(summaries[b]))[:GROUP]]
        octaves = abs(median_octave(own) - median_octave(strange))
        far = f", F0 {'more' if octaves > FAR_OCTAVES else 'less'} than half an octave away"
        for group, planted in (
            (own[:GROUP], ()),
            (own[:GROUP] + strange[:1], ("other voice",)),
            (own[:GROUP] + strange[: GROUP // 2], ("two voices",)),
        ):
            found = voices.of_speaker(a, group)
            true = {"other voice": any(one.path == strange[0].path for one in found)}
            true["two voices"] = any(one.kind == "two voices" for one in found)
            for kind in true:
                alarms = sum(one.kind == kind for one in found)
                hit = kind in planted and true[kind]
                table[kind + far] += Counter(tp=hit, fn=kind in planted and not hit, fp=alarms - hit)


def count(files, results, table):
    """Count in `table` the planted kinds that were found, missed, and found elsewhere."""
    for (_, _, kind), (findings, _) in zip(files, results, strict=True):
        found = {one.kind for one in findings}
        if kind:
            table[kind] += Counter(tp=kind in found, fn=kind not in found)
        for other in found - {kind} - CONSEQUENCES.get(kind, set()):
            table[other]["fp"] += 1


def show(table):
    """Print the numbers of planted and found faults, precision and recall by kind."""
    print("| kind | planted | found | false alarms | precision | recall |\n|---|---|---|---|---|---|")
    for kind, row in table.items():
        planted, alarms = row["tp"] + row["fn"], row["tp"] + row["fp"]
        ratios = " | ".join(f"{row['tp'] / whole:.2f}" if whole else "–" for whole in (alarms, planted))
        print(f"| {kind} | {planted} | {row['tp']} | {row['fp']} | {ratios} |")


def false_alarms(name, results):
    """Print the findings of recordings in which nothing was planted, for each hour."""
    hours = sum(summary.seconds for _, summary in results if summary) / 3600
    kinds = Counter(one.kind for findings, _ in results for one in findings)
    told = ", ".join(f"{kind} {number}" for kind, number in kinds.most_common()) or "none"
    each_hour = sum(kinds.values()) / hours
    print(f"{name}: {len(results)} recordings, {hours:.2f} hours, {each_hour:.1f} findings an hour: {told}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("recordings", type=Path)
    parser.add_argument("--speakers", nargs="+", default=TEST_SPEAKERS)
    parser.add_argument("--files", type=int, default=2, help="recordings of each speaker for each fault")
    parser.add_argument("--ordinary", type=Path, nargs="*", default=[])
    options = parser.parse_args()
    table, rng = defaultdict(Counter), np.random.default_rng(1)
    with tempfile.TemporaryDirectory() as folder:
        files = planted_files(options.recordings, options.speakers, options.files, Path(folder))
        results = examined([file[:2] for file in files])
        count(files, results, table)
        clean = [(file, result) for file, result in zip(files, results, strict=True) if file[2] is None]
        false_alarms("untouched", [result for _, result in clean])
        chosen = [clean[number][0][:2] for number in rng.permutation(len(clean))[:60]]
        summaries = [result[1] for _, result in clean]
        made = copies(Path(folder), chosen, rng)
        again = [summary for _, summary in examined(made)]
    found = duplicates.find(
        *(np.array([getattr(one, key) for one in summaries + again]) for key in ("fingerprint", "seconds"))
    )
    true = {number + len(summaries) for number in range(len(again))}
    hit = {later for later, earlier in found if later in true and earlier < len(summaries)}
    table["duplicated"] += Counter(tp=len(hit), fn=len(true - hit), fp=len(found) - len(hit))
    lower = [one._replace(rate=8000) if number % 10 == 0 else one for number, one in enumerate(summaries)]
    odd = {one.path for one in rates.mixed(lower, RATE) if one.path}
    true = {one.path for one in lower if one.rate == 8000}
    table["mixed rates"] += Counter(tp=len(odd & true), fn=len(true - odd), fp=len(odd - true))
    by_speaker = {
        name: [one for one in summaries if one.speaker == name and one.voice is not None] for name in options.speakers
    }
    count_regrouped(by_speaker, rng, table)
    show(table)
    for folder in options.ordinary:
        paths = [path for path in sorted(folder.rglob("*")) if path.suffix in (".flac", ".wav")]
        false_alarms(folder.name, examined([(path, "all") for path in paths]))


if __name__ == "__main__":
    main()
