"""Stream pairs of speakers, convert the same recordings as a whole, and score both as `vconv evaluate` does.

    python benchmarks/streaming_quality.py recipes/vcc2016/corpus.yaml RUN OUT --whisper base.en

Each recording is a stream of its own, so the scores hold for the first seconds of a stream, in which level, range and
timbre of the speaker are still being estimated. OUT gets a folder of conversions for each way: by stream and as a
whole, of a known and of an unseen source. The same command goes on after an interruption: files that are there stay.
A copy of corpus.yaml with fewer evaluation sentences takes less time.
"""

import argparse
from pathlib import Path

import numpy as np
from pair_scores import MEASURES, add_arguments, evaluate, missing
from result_tables import cells, show

from vconv.audio import wav
from vconv.conversion.converter import VoiceConverter
from vconv.conversion.tasks import parse_pairs
from vconv.corpus.recordings import Corpus
from vconv.streaming.converter import StreamingConverter


def streamed(converter, y, target, source):
    """Return a signal that was pushed in blocks of 20 ms."""
    stream, size = StreamingConverter(converter, target, source=source), converter.rate // 50
    parts = [stream.push(y[first : first + size]) for first in range(0, len(y), size)]
    return np.concatenate([*parts, stream.flush()])


def whole(converter, y, target, source):
    """Return the conversion of a whole signal."""
    return converter.convert(y, target, source=source)[0]


WAYS = [(known, way) for known in (True, False) for way in (whole, streamed)]


def convert(converter, tasks, known, way):
    """Write the conversions of the tasks."""
    for task in tasks:
        y, source = wav.read(task.path, converter.rate)[0], task.source if known else None
        for target, path in task.outputs.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            wav.write(path, way(converter, y, target, source), converter.rate)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("run", type=Path)
    parser.add_argument("output", type=Path)
    add_arguments(parser)
    options = parser.parse_args()
    corpus, converter, rows = Corpus.load(options.corpus), VoiceConverter.load(options.run), []
    pairs = parse_pairs(options.pairs, sorted({row.speaker for row in corpus.utterances}))
    for known, way in WAYS:
        source = "known" if known else "unseen"
        folder = options.output / f"{source}-{way.__name__}"
        convert(converter, missing(corpus, pairs, folder), known, way)
        scores = evaluate(options.run, options.corpus, folder, pairs, options.whisper)
        rows.append((f"{source} source, {way.__name__}", cells(scores, MEASURES, "converted")))
    show(MEASURES, rows)


if __name__ == "__main__":
    main()
