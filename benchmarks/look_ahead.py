"""Train `matched` with several look-aheads, convert pairs of speakers, and score them as `vconv evaluate` does.

    python benchmarks/look_ahead.py recipes/vcc2016/corpus.yaml recipes/vcc2016/dump/features.h5 OUT \
        --look-ahead 0 40 80 120 180 --epochs 20 --whisper base.en

The trainings differ in `network.look_ahead_frames` alone; frame_pairs.h5 of `vconv match` lies beside the features.
OUT has a run folder for each look-ahead, with its conversions and scores. The same command goes on after an
interruption: a training continues after its last epoch, files that are converted stay, and scores of the same pairs are
not computed again. Remove RUN/scores.json to measure anew, for example after installing a package of `vconv[neural]`.
"""

import argparse
import subprocess
import sys
from pathlib import Path

from result_tables import cells, show

from vconv.conversion.convert_files import convert_all
from vconv.conversion.converter import VoiceConverter
from vconv.conversion.tasks import pair_tasks, parse_pairs
from vconv.corpus.recordings import Corpus
from vconv.evaluation.output import entry_of, read

HOP_MS = 10  # of the network's frames
MEASURES = ("mcd24", "normalized_similarity", "distillmos", "wer")


def milliseconds(text):
    """Return a look-ahead in ms, a multiple of the hop."""
    if not text.isdecimal() or int(text) % HOP_MS:
        raise argparse.ArgumentTypeError(f"{text!r} is not a multiple of {HOP_MS} ms")
    return int(text)


def vconv(*arguments):
    """Run a subcommand in a process of its own."""
    subprocess.run([sys.executable, "-m", "vconv", *map(str, arguments)], check=True)


def train(run, look_ahead_ms, options):
    """Train until the last epoch; a run that is there goes on."""
    changes = {"network.look_ahead_frames": look_ahead_ms // HOP_MS}
    changes |= {"training.epochs": options.epochs, "training.seed": options.seed}
    settings = [f"--set={key}={value}" for key, value in changes.items()]
    vconv("train", "matched", "--corpus", options.corpus, "--features", options.features, "--run", run, *settings)


def convert(run, corpus, pairs):
    """Convert the evaluation recordings that are not converted yet, each once for each target."""
    tasks = []
    for task in pair_tasks(corpus, "evaluation", pairs, run / "converted", ".wav"):
        missing = {target: path for target, path in task.outputs.items() if not path.exists()}
        tasks += [task._replace(outputs=missing)] if missing else []
    if tasks:
        _, failures = convert_all(VoiceConverter.load(run), tasks)
        if failures:
            sys.exit("\n".join(failures))


def evaluate(run, names, options):
    """Return the content of scores.json, evaluated unless it has these pairs, and word errors if they are wanted."""
    path = run / "scores.json"
    if not path.exists() or not _is_complete(read(path), names, options.whisper):
        whisper = ["--whisper", options.whisper] if options.whisper else []
        pairs = ",".join(names)
        vconv("evaluate", "--run", run, "--corpus", options.corpus, "--pairs", pairs, "--json", path, *whisper)
    return read(path)


def _is_complete(scores, names, whisper):
    return set(scores["pairs"]) == set(names) and (not whisper or entry_of(scores, "wer", "converted") is not None)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("features", type=Path)
    parser.add_argument("output", type=Path)
    parser.add_argument("--look-ahead", nargs="+", type=milliseconds, default=[0, 40, 80, 120, 180], metavar="MS")
    parser.add_argument("--epochs", type=int, default=40)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--pairs", default="SF1-TM3,SF1-TF2,SM1-TF1,SM1-TM1")
    parser.add_argument("--whisper", help="faster-whisper model, for word errors")
    options = parser.parse_args()
    corpus = Corpus.load(options.corpus)
    pairs = parse_pairs(options.pairs, sorted({row.speaker for row in corpus.utterances}))
    names, rows = ["-".join(pair) for pair in pairs], []
    for look_ahead_ms in options.look_ahead:
        run = options.output / f"look-ahead-{look_ahead_ms}-epochs-{options.epochs}-seed-{options.seed}"
        train(run, look_ahead_ms, options)
        convert(run, corpus, pairs)
        scores = evaluate(run, names, options)
        rows.append((str(look_ahead_ms), cells(scores, MEASURES, "converted")))
    show(MEASURES, rows, "look-ahead / ms")


if __name__ == "__main__":
    main()
