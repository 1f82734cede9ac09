"""Train `matched` with several look-aheads, convert pairs of speakers, and score them as `vconv evaluate` does.

    python benchmarks/look_ahead.py recipes/vcc2016/corpus.yaml recipes/vcc2016/dump/features.h5 OUT \
        --look-ahead 0 40 80 120 180 --epochs 20 --whisper base.en

The trainings differ in `network.look_ahead_frames` alone; frame_pairs.h5 of `vconv match` lies beside the features.
OUT has a run folder for each look-ahead, with its conversions and scores. The same command goes on after an
interruption: a training continues after its last epoch, files that are converted stay, and scores of the same pairs are
not computed again. Remove RUN/converted/scores.json to measure anew, for example after installing a package of
`vconv[neural]`.
"""

import argparse
from functools import partial
from pathlib import Path

from pair_scores import MEASURES, add_arguments, convert, evaluate, vconv
from result_tables import cells, show

from vconv.conversion.converter import VoiceConverter
from vconv.conversion.tasks import parse_pairs
from vconv.corpus.recordings import Corpus

HOP_MS = 10  # of the network's frames


def milliseconds(text):
    """Return a look-ahead in ms, a multiple of the hop."""
    if not text.isdecimal() or int(text) % HOP_MS:
        raise argparse.ArgumentTypeError(f"{text!r} is not a multiple of {HOP_MS} ms")
    return int(text)


def train(run, look_ahead_ms, options):
    """Train until the last epoch; a run that is there goes on."""
    changes = {"network.look_ahead_frames": look_ahead_ms // HOP_MS}
    changes |= {"training.epochs": options.epochs, "training.seed": options.seed}
    settings = [f"--set={key}={value}" for key, value in changes.items()]
    vconv("train", "matched", "--corpus", options.corpus, "--features", options.features, "--run", run, *settings)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("features", type=Path)
    parser.add_argument("output", type=Path)
    parser.add_argument("--look-ahead", nargs="+", type=milliseconds, default=[0, 40, 80, 120, 180], metavar="MS")
    parser.add_argument("--epochs", type=int, default=40)
    parser.add_argument("--seed", type=int, default=0)
    add_arguments(parser)
    options = parser.parse_args()
    corpus = Corpus.load(options.corpus)
    pairs = parse_pairs(options.pairs, sorted({row.speaker for row in corpus.utterances}))
    rows = []
    for look_ahead_ms in options.look_ahead:
        run = options.output / f"look-ahead-{look_ahead_ms}-epochs-{options.epochs}-seed-{options.seed}"
        train(run, look_ahead_ms, options)
        convert(partial(VoiceConverter.load, run), corpus, pairs, run / "converted")
        scores = evaluate(run, options.corpus, run / "converted", pairs, options.whisper)
        rows.append((str(look_ahead_ms), cells(scores, MEASURES, "converted")))
    show(MEASURES, rows, "look-ahead / ms")


if __name__ == "__main__":
    main()
