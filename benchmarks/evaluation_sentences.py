"""The arguments of benchmarks that convert the evaluation sentences of pairs of speakers."""

import argparse
from pathlib import Path

from vconv.conversion.converter import VoiceConverter
from vconv.conversion.tasks import parse_pairs
from vconv.corpus.recordings import Corpus


def parse(description):
    """Return the converter, and (source, target, paths of the source's sentences) of each pair of the command line."""
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("run")
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--pairs", required=True)
    parser.add_argument("--sentences", type=int, default=6)
    options = parser.parse_args()
    corpus = Corpus.load(options.corpus)
    evaluation = [row for row in corpus.utterances if row.split == "evaluation"]
    pairs = parse_pairs(options.pairs, sorted({row.speaker for row in corpus.utterances}))
    return VoiceConverter.load(options.run), [
        (source, target, [row.path for row in evaluation if row.speaker == source][: options.sentences])
        for source, target in pairs
    ]
