"""Draw the pictures of docs/results.md: the spectrograms of each pair, and the training curves.

    python benchmarks/result_pictures.py --corpus recipes/vcc2016/corpus.yaml --corpus-dir corpora/vcc2016 \
        --sentence 200005 --pairs SF1-TM3,SM1-TF1 --output docs/images recipes/vcc2016/exp/convvae [more runs]
"""

import argparse
from pathlib import Path

import numpy as np

from vconv.audio import f0, wav, world
from vconv.common import plots
from vconv.corpus.recordings import Corpus
from vconv.training.run_folder import RunFolder


def log_spectrum(path, rate):
    """Return log10 of the WORLD power spectrum of a recording, [T, K]."""
    analysis = world.analyze(wav.read(path, rate)[0], rate, *f0.WIDE_RANGE_HZ)
    return np.log10(analysis.spectrum)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("runs", nargs="+", type=Path, help="folders of trained models, with their converted recordings")
    parser.add_argument("--corpus", required=True, help="corpus.yaml of the natural recordings")
    parser.add_argument("--corpus-dir", help="folder of the recordings (default: the root of corpus.yaml)")
    parser.add_argument("--sentence", required=True, help="file name without suffix")
    parser.add_argument("--pairs", required=True, help="A-B,C-D")
    parser.add_argument("--output", type=Path, required=True, help="folder to write the pictures to")
    args = parser.parse_args()
    corpus = Corpus.load(args.corpus, corpus_dir=args.corpus_dir)
    rate, frame_period_ms = corpus.settings["sample_rate"], corpus.settings["frame_period_ms"]
    natural = {one.speaker: one.path for one in corpus.utterances if one.name == args.sentence}
    for pair in args.pairs.split(","):
        source, target = pair.split("-")
        panels = {f"{source}, natural": natural[source]}
        panels |= {
            f"{source} to {target}, {run.name}": run / "converted" / pair / f"{args.sentence}.wav" for run in args.runs
        }
        panels[f"{target}, natural (its own timing)"] = natural[target]
        figure = plots.spectrograms(
            {title: log_spectrum(path, rate) for title, path in panels.items()}, rate, frame_period_ms
        )
        figure.savefig(args.output / f"{pair.lower()}.png", dpi=75)
    histories = {run.name: RunFolder(run).history() for run in args.runs}
    plots.training_curves(histories).savefig(args.output / "curves.png", dpi=75)


if __name__ == "__main__":
    main()
