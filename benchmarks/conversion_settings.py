"""Convert pairs of speakers with several settings of the conversion, and score them as `vconv evaluate` does.

    python benchmarks/conversion_settings.py recipes/vcc2016/corpus.yaml RUN OUT --whisper tiny.en \
        gv=0.9 keep_source_silence=true gv=0.9,keep_source_silence=true

The first row of the table has the settings that the run stores; each other row changes those that are named. OUT gets a
folder of conversions for each row. The same command goes on after an interruption. Remove OUT/…/scores.json to measure
anew.
"""

import argparse
from functools import partial
from pathlib import Path

import yaml
from pair_scores import MEASURES, add_arguments, convert, evaluate
from result_tables import cells, show

from vconv.conversion.converter import VoiceConverter
from vconv.conversion.tasks import parse_pairs
from vconv.corpus.recordings import Corpus


def changes(text):
    """Return the settings of "gv=0.9,keep_source_silence=true" as a dict."""
    pairs = (part.partition("=") for part in text.split(",") if part)
    return {key: yaml.safe_load(value) for key, _, value in pairs}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("run", type=Path)
    parser.add_argument("output", type=Path)
    parser.add_argument("settings", nargs="*", metavar="KEY=VALUE[,KEY=VALUE]")
    add_arguments(parser)
    options = parser.parse_args()
    corpus, rows = Corpus.load(options.corpus), []
    pairs = parse_pairs(options.pairs, sorted({row.speaker for row in corpus.utterances}))
    for text in ["", *options.settings]:
        name = text or "as stored"
        folder = options.output / name
        convert(partial(VoiceConverter.load, options.run, changes(text)), corpus, pairs, folder)
        scores = evaluate(options.run, options.corpus, folder, pairs, options.whisper)
        rows.append((name, cells(scores, ("mean_over_orders", *MEASURES), "converted")))
    show(("mean_over_orders", *MEASURES), rows)


if __name__ == "__main__":
    main()
