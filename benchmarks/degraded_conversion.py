"""Convert degraded recordings of unseen speakers, and score the results as `vconv evaluate` does.

    python benchmarks/degraded_conversion.py corpora/vcc2016/corpus.yaml runs/matched out/after \
        --pairs SF1-TM3,SM1-TF1 --babble SF2 SM2 TF2 TM2 SF3 TM3 --files 6 --whisper base.en

Each condition of `degradations.py` is applied to the first evaluation recordings of the source speakers, for which the
model gets no source speaker, as for a user's recording. OUT/recordings holds the degraded recordings, OUT/CONDITION the
conversions and `scores.json`. The references are the clean recordings of the target.
"""

import argparse
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import soundfile
from degradations import all_degradations, degrade, file_name

from vconv.audio import wav
from vconv.conversion.converter import VoiceConverter
from vconv.corpus.recordings import Corpus

COLUMNS = (("mcd", "mcd24"), ("f0", "voicing_error"), ("similarity", "normalized_similarity"))
COLUMNS += (("naturalness", "distillmos"), ("wer", "wer"))


def recordings_of(corpus, speaker, count):
    """Return the paths of the first evaluation recordings of a speaker."""
    found = [row for row in corpus.utterances if row.speaker == speaker and row.split == "evaluation"]
    return [row.path for row in found[:count]]


def convert(converter, corpus, pairs, conditions, options):
    """Write degraded recordings and their conversions for each condition and pair."""
    for number, (condition, degradation) in enumerate(conditions.items()):
        for pair in pairs:
            source, target = pair.split("-")
            for path in recordings_of(corpus, source, options.files):
                converted = options.output / file_name(condition) / pair / f"{path.stem}.wav"
                if converted.exists():
                    continue
                y, rate = wav.read(path, converter.rate)
                degraded = degrade(y, rate, degradation, number)
                kept = options.output / "recordings" / file_name(condition) / source / f"{path.stem}.wav"
                kept.parent.mkdir(parents=True, exist_ok=True)
                soundfile.write(kept, degraded, rate, subtype="FLOAT")
                y, rate = converter.convert(degraded, target)
                converted.parent.mkdir(parents=True, exist_ok=True)
                wav.write(converted, y, rate)
        print(condition, flush=True)


def evaluate(condition, options):
    """Run `vconv evaluate` on the conversions of a condition, and return its scores."""
    folder = options.output / file_name(condition)
    command = [sys.executable, "-m", "vconv", "evaluate", "--run", options.run, "--corpus", options.corpus]
    command += ["--pairs", options.pairs, "--converted", folder, "--json", folder / "scores.json"]
    command += ["--whisper", options.whisper] if options.whisper else []
    # The status is 2, because only the first recordings are converted; the others are reported as missing.
    subprocess.run(list(map(str, command)), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return json.loads((folder / "scores.json").read_text(encoding="utf-8"))


def row(scores):
    """Return the cells of a condition: mean and half of the 95 % interval over files."""
    for group, key in COLUMNS:
        details = (scores[group]["converted"] or {"details": {}})["details"]
        if key in details:
            low, high = details[key]["interval"]
            yield f"{details[key]['mean']:.3g} ±{(high - low) / 2:.2g}"
        else:
            yield "-"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("run", type=Path)
    parser.add_argument("output", type=Path)
    parser.add_argument("--pairs", default="SF1-TM3,SM1-TF1")
    parser.add_argument("--babble", nargs="*", default=[], help="speakers of the corpus who talk in the background")
    parser.add_argument("--files", type=int, default=6, help="recordings of each source speaker")
    parser.add_argument("--conditions", nargs="*", help="only these")
    parser.add_argument("--whisper", help="faster-whisper model, for word errors")
    options = parser.parse_args()
    corpus, converter = Corpus.load(options.corpus), VoiceConverter.load(options.run)
    voices = [wav.read(path, converter.rate)[0] for name in options.babble for path in recordings_of(corpus, name, 1)]
    conditions = all_degradations(voices or [np.random.default_rng(0).standard_normal(converter.rate)])
    conditions = {name: made for name, made in conditions.items() if name in (options.conditions or conditions)}
    convert(converter, corpus, options.pairs.split(","), conditions, options)
    print("| condition |", " | ".join(key for _, key in COLUMNS), "|")
    for condition in conditions:
        print("|", condition, "|", " | ".join(row(evaluate(condition, options))), "|", flush=True)


if __name__ == "__main__":
    main()
