"""Two speakers with a minute of speech each: what a training alone, with a ready voice, and an adaptation reach.

    python benchmarks/few_voices.py --speaker 2033=FOLDER --speaker 3080=FOLDER --work DIR --only-convert
    python benchmarks/few_voices.py --speaker 2033=FOLDER --speaker 3080=FOLDER --work DIR --naturalness --whisper MODEL

Of the recordings of a speaker, sorted by name, the first three are converted to the other speaker, the fourth is for
validation, and the rest trains. Variants:

- alone: `vconv train matched --set start.voice=none`
- started: `vconv train matched`, whose first weights are those of the ready voice
- adapted: the ready voice, to which `vconv adapt` adds both speakers
- fine_tuned: the same by `vconv adapt --fine-tune`

Conversions and measures may run in different environments: the first command needs the extra `train`, the second one
the judges of the extra `neural`. What is there in `--work` is not made again. The measures are those of
`benchmarks/adaptation.py`.
"""

import argparse
import shutil
from pathlib import Path

import numpy as np
import yaml
from adaptation import Judge, folder_of

from vconv.audio import wav
from vconv.commands import cli
from vconv.conversion.converter import VoiceConverter

VARIANTS = ("alone", "started", "adapted", "fine_tuned")
EVALUATION, VALIDATION = slice(0, 3), slice(3, 4)
TITLES = ("variant", "source", "target", "normalized similarity", "F0 / cents", "DistillMOS", "WER / %")


def vconv(*arguments):
    """Run a command of vconv; any failure ends the benchmark."""
    if status := cli.main([str(argument) for argument in arguments]):
        raise SystemExit(status)


def prepare(work, speakers):
    """Copy the recordings into `work`, and write corpus, features and frame pairs there, unless they are there."""
    if (work / "frame_pairs.h5").exists():
        return
    for name, recordings in speakers:
        for path in recordings.values():
            (work / "recordings" / name).mkdir(parents=True, exist_ok=True)
            shutil.copy(path, work / "recordings" / name)
    parts = {
        split: [sentence for _, recordings in speakers for sentence in list(recordings)[part]]
        for split, part in (("evaluation", EVALUATION), ("validation", VALIDATION))
    }
    pattern = {"pattern": "{speaker}/{utterance}"}
    splits = {split: pattern | {"utterances": sentences} for split, sentences in parts.items()} | {"training": pattern}
    corpus = {"root": str(work / "recordings"), "sample_rate": 16000, "splits": splits}
    (work / "corpus.yaml").write_text(yaml.safe_dump(corpus, sort_keys=False))
    shared = "--corpus", work / "corpus.yaml"
    vconv("extract", *shared, "--output", work / "features.h5")
    vconv("match", *shared, "--features", work / "features.h5")


def trained(work, name, settings):
    """Return the run folder of a training with the settings of `--set`."""
    shared = "--corpus", work / "corpus.yaml", "--features", work / "features.h5", "--run", work / name
    vconv("train", "matched", *shared, *(f"--set={setting}" for setting in settings))
    return work / name


def adapted(work, speakers, voice, *options):
    """Return the ready voice with both speakers, added from their recordings of the training by `vconv adapt`."""
    for name, recordings in speakers:
        output = work / f"{name}{''.join(options)}.vconv"
        for path in list(recordings.values())[VALIDATION.stop :]:
            (work / "adaptation" / name).mkdir(parents=True, exist_ok=True)
            shutil.copy(path, work / "adaptation" / name)
        if not output.exists():
            how = "--run", voice, "--speaker", name, "--output", output, *options
            vconv("adapt", *how, work / "adaptation" / name)
        voice = output
    return voice


def convert(run, source, target, recordings, folder):
    """Write the conversions of recordings {sentence: path} into a folder."""
    converter = VoiceConverter.load(run)
    for sentence, path in recordings.items():
        y, rate = converter.convert(path, target, source)
        wav.write(folder / f"{sentence}.wav", y, rate)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--speaker", type=folder_of, action="append", required=True)
    parser.add_argument("--variant", choices=VARIANTS, nargs="+", default=VARIANTS)
    parser.add_argument("--voice", default="vcc2016")
    parser.add_argument("--epochs", type=int, help="of a training alone (default: that of the model)")
    parser.add_argument("--only-convert", action="store_true")
    parser.add_argument("--naturalness", action="store_true")
    parser.add_argument("--whisper", metavar="MODEL", default="")
    parser.add_argument("--work", type=Path, required=True)
    options = parser.parse_args()
    alone = ["start.voice=none", *([f"training.epochs={options.epochs}"] if options.epochs else [])]
    make = {
        "alone": lambda: trained(options.work, "alone", alone),
        "started": lambda: trained(options.work, "started", [f"start.voice={options.voice}"]),
        "adapted": lambda: adapted(options.work, options.speaker, options.voice),
        "fine_tuned": lambda: adapted(options.work, options.speaker, options.voice, "--fine-tune"),
    }
    prepare(options.work, options.speaker)
    evaluated = {name: dict(list(recordings.items())[EVALUATION]) for name, recordings in options.speaker}
    judge = None if options.only_convert else Judge(options.naturalness, options.whisper)
    print("|", " | ".join(TITLES), "|")
    for variant in options.variant:
        for source, target in (evaluated, reversed(evaluated)):
            folder = options.work / "converted" / f"{variant}-{source}-{target}"
            if not folder.exists():
                convert(make[variant](), source, target, evaluated[source], folder)
            if judge:
                made = {sentence: folder / f"{sentence}.wav" for sentence in evaluated[source]}
                similarity, _, *rest = judge.measure(made, evaluated[source], evaluated[target])
                values = " | ".join(f"{np.round(value, 2):.2f}" for value in (similarity, *rest))
                print(f"| {variant} | {source} | {target} | {values} |", flush=True)


if __name__ == "__main__":
    main()
