"""How time, memory and disk grow with the number of speakers: extraction, statistics and matching.

    python benchmarks/many_speakers.py FOLDER --speakers 10 30 100 249 [--set matching.partners=300]

Speakers are the first folders of FOLDER; WORK gets a corpus of each size. Each command runs in a process of its own,
with one job; CPU seconds include its children, and memory is the largest of all processes.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

import yaml

from vconv.alignment.frame_pairs import FramePairs
from vconv.features.store import FeatureStore


def write_corpus(path, recordings, speakers):
    """Write a corpus.yaml of the recordings `<speaker>/<utterance>`, analyzed by DIO."""
    splits = {"training": {"pattern": "{speaker}/{utterance}"}}
    corpus = {"root": str(recordings.absolute()), "sample_rate": 16000, "speakers": speakers, "splits": splits}
    path.write_text(yaml.safe_dump(corpus | {"contents": ["frames"], "f0_method": "dio"}), encoding="utf-8")


def measure(*arguments):
    """Run `vconv ARGUMENTS` by a Python of its own, and return (CPU seconds, peak memory in MB)."""
    run = (
        "import json, resource, subprocess, sys;"
        "subprocess.run([sys.executable, '-m', 'vconv', *sys.argv[1:]], check=True, stdout=subprocess.DEVNULL);"
        "used = resource.getrusage(resource.RUSAGE_CHILDREN);"
        "print(json.dumps([used.ru_utime + used.ru_stime, used.ru_maxrss / 1000]))"
    )
    done = subprocess.run([sys.executable, "-c", run, *map(str, arguments)], capture_output=True, text=True, check=True)
    return json.loads(done.stdout.splitlines()[-1])


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--speakers", type=int, nargs="+", default=[10, 30, 100])
    parser.add_argument("--set", action="append", default=[], help="setting of `vconv match`")
    parser.add_argument("--work", type=Path)
    options = parser.parse_args()
    work = options.work or Path(tempfile.mkdtemp(prefix="vconv-"))
    speakers = sorted(entry.name for entry in options.folder.iterdir() if entry.is_dir())
    settings = [f"--set={change}" for change in options.set]
    print(
        "| speakers | hours | extract: s CPU an hour, MB | match: pairs, s CPU an hour, MB | frame pairs: MB an hour |"
    )
    print("|---|---|---|---|---|")
    for count in options.speakers:
        folder = work / str(count)
        folder.mkdir(parents=True, exist_ok=True)
        write_corpus(folder / "corpus.yaml", options.folder, speakers[:count])
        of_corpus = "--corpus", folder / "corpus.yaml"
        features, pairs = folder / "features.h5", folder / "frame_pairs.h5"
        extracted = measure("extract", *of_corpus, "--output", features, "--jobs", 1)
        matched = measure("match", *of_corpus, "--features", features, "--output", pairs, "--jobs", 1, *settings)
        with FeatureStore(features) as store, FramePairs(pairs) as found:
            hours = sum(row.samples for row in store.utterances) / store.settings["sample_rate"] / 3600
            chosen = found.targets.shape[0] * (found.targets.shape[1] - 1) // 2
        cells = [str(count), f"{hours:.2f}", f"{extracted[0] / hours:.0f}, {extracted[1]:.0f}"]
        cells += [f"{chosen}, {matched[0] / hours:.0f}, {matched[1]:.0f}", f"{pairs.stat().st_size / 1e6 / hours:.0f}"]
        print("|", " | ".join(cells), "|", flush=True)


if __name__ == "__main__":
    main()
