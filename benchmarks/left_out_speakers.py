"""Speakers of a corpus whom a voice never heard: what adaptation and a full training reach with the same speech.

    python benchmarks/left_out_speakers.py --corpus CORPUS.yaml --left-out TF2 TM3 --work DIR --only-convert
    python benchmarks/left_out_speakers.py --corpus CORPUS.yaml --left-out TF2 TM3 --work DIR --naturalness \
        --whisper MODEL

The voice is a `matched` of all other speakers. Of a speaker who is left out, the first training recordings are known,
up to `--seconds` in all. Variants:

- adapted: `vconv adapt` adds the speaker to the voice
- fine_tuned: `vconv adapt --fine-tune` does
- trained: `vconv train matched` with all speakers, of whom those left out have the same recordings

Recordings of the split evaluation are converted to the speakers who are left out. Conversions and measures may run in
different environments: the first command needs the extra `train`, the second one the judges of the extra `neural`. What
is there in `--work` is not made again. The measures are those of `benchmarks/adaptation.py`; the corpus needs the same
sentences of all speakers for MCD.
"""

import argparse
import shutil
from itertools import product
from pathlib import Path

import yaml
from adaptation import TITLES, Judge
from few_voices import convert, vconv

from vconv.audio import wav
from vconv.corpus.recordings import Corpus

VARIANTS = ("adapted", "fine_tuned", "trained")


def first_of(recordings, seconds):
    """Return the first recordings that last up to so many seconds together."""
    chosen = []
    for path in recordings:
        y, rate = wav.read(path)
        seconds -= len(y) / rate
        if seconds < 0:
            break
        chosen.append(path)
    return chosen


def recordings_of(corpus, speaker, split):
    """Return the paths of a speaker's recordings in a split."""
    return [row.path for row in corpus.utterances if (row.speaker, row.split) == (speaker, split)]


def prepare(folder, corpus, chosen):
    """Write corpus, features and frame pairs of {(speaker, split): paths} into a folder; return their options."""
    for (speaker, split), paths in chosen.items():
        (folder / "recordings" / split / speaker).mkdir(parents=True, exist_ok=True)
        for path in paths:
            shutil.copy(path, folder / "recordings" / split / speaker)
    splits = {split: {"pattern": split + "/{speaker}/{utterance}"} for split in ("training", "validation")}
    settings = {key: corpus.settings[key] for key in ("sample_rate", "f0_method")}
    settings |= {"root": str((folder / "recordings").absolute()), "splits": splits}
    (folder / "corpus.yaml").write_text(yaml.safe_dump(settings, sort_keys=False))
    shared = "--corpus", folder / "corpus.yaml", "--features", folder / "features.h5"
    vconv("extract", *shared[:2], "--output", shared[-1])
    if not (folder / "frame_pairs.h5").exists():
        vconv("match", *shared)
    return shared


def trained(folder, corpus, chosen, epochs):
    """Return the run folder of a training on {(speaker, split): paths}, and the options that name its features."""
    shared = prepare(folder, corpus, chosen)
    vconv("train", "matched", *shared, "--run", folder / "run", "--set", f"training.epochs={epochs}")
    return folder / "run", shared


class Systems:
    """The variants, each made when it is needed.

    Parameters
    ----------
    options : argparse.Namespace
    corpus : Corpus
    """

    def __init__(self, options, corpus):
        self._options, self._corpus = options, corpus

    def path(self, variant, target, seconds):
        """Return the run or voice file that converts to a target of whom so many seconds are known."""
        return getattr(self, f"_{variant}")(target, seconds)

    def _chosen(self, seconds=None):
        """Return {(speaker, split): paths}, with so many seconds of each speaker who is left out, or without them."""
        splits, left_out = ("training", "validation"), self._options.left_out
        chosen = {
            (speaker, split): recordings_of(self._corpus, speaker, split)
            for speaker in self._corpus.speakers
            for split in splits
            if speaker not in left_out
        }
        known = {(name, "training"): self._known(name, seconds) for name in left_out} if seconds else {}
        return chosen | known

    def _known(self, target, seconds):
        return first_of(recordings_of(self._corpus, target, "training"), seconds)

    def _base(self):
        output = self._options.work / "base.vconv"
        if not output.exists():
            run, shared = trained(self._options.work / "base", self._corpus, self._chosen(), self._options.epochs)
            vconv("export", "--format", "voice", "--run", run, *shared[2:], "--output", output)
        return output

    def _adapted(self, target, seconds, variant="adapted", options=()):
        folder = self._options.work / variant / f"{target}-{seconds:g}"
        output = folder / "voice.vconv"
        if not output.exists():
            (folder / "recordings").mkdir(parents=True, exist_ok=True)
            for path in self._known(target, seconds):
                shutil.copy(path, folder / "recordings")
            how = "--run", self._base(), "--speaker", target, "--output", output, *options
            vconv("adapt", *how, folder / "recordings")
        return output

    def _fine_tuned(self, target, seconds):
        return self._adapted(target, seconds, "fine_tuned", ["--fine-tune"])

    def _trained(self, target, seconds):
        folder = self._options.work / f"trained-{seconds:g}"
        return trained(folder, self._corpus, self._chosen(seconds), self._options.epochs)[0]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--corpus", required=True)
    parser.add_argument("--left-out", nargs="+", required=True)
    parser.add_argument("--source", nargs="+", default=["SF1", "SM1"])
    parser.add_argument("--seconds", type=float, nargs="+", default=[60])
    parser.add_argument("--variant", nargs="+", choices=VARIANTS, default=VARIANTS)
    parser.add_argument("--epochs", type=int, default=8)
    parser.add_argument("--sentences", type=int, default=6)
    parser.add_argument("--only-convert", action="store_true")
    parser.add_argument("--naturalness", action="store_true")
    parser.add_argument("--whisper", metavar="MODEL", default="")
    parser.add_argument("--work", type=Path, required=True)
    options = parser.parse_args()
    corpus = Corpus.load(options.corpus)
    systems = Systems(options, corpus)
    judge = None if options.only_convert else Judge(options.naturalness, options.whisper)
    print("|", " | ".join(TITLES), "|")
    for case in product(options.variant, options.seconds, options.left_out, options.source):
        variant, seconds, target, source = case
        spoken, natural = (
            {path.stem: path for path in recordings_of(corpus, name, "evaluation")[: options.sentences]}
            for name in (source, target)
        )
        folder = options.work / "converted" / f"{variant}-{seconds:g}-{source}-{target}"
        if not folder.exists():
            convert(systems.path(variant, target, seconds), source, target, spoken, folder)
        if judge:
            made = {sentence: folder / f"{sentence}.wav" for sentence in spoken}
            values = " | ".join(f"{value:.2f}" for value in judge.measure(made, spoken, natural))
            print(f"| {variant} | {seconds:g} | {target} | {source} | {values} |", flush=True)


if __name__ == "__main__":
    main()
