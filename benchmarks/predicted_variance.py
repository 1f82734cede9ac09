"""How much less the predictions of a model vary than natural speech, for each acoustic feature.

    python benchmarks/predicted_variance.py RUN corpus.yaml --pairs SF1-TM3,SM1-TF1

For each pair, known and unseen, the evaluation sentences of the source are converted without variance restoration. The
mean of ln(variance of the prediction / usual variance of the target) is printed over features 1 to 24, and at the end
the mean over pairs, and their standard deviation, for each feature. A stream begins with these shares
(`vconv.spectral_conversion.cepstrum_converter`).
"""

import argparse
from pathlib import Path

import numpy as np

from vconv.audio import wav
from vconv.conversion import targets
from vconv.conversion.converter import VoiceConverter
from vconv.conversion.tasks import parse_pairs
from vconv.corpus.recordings import Corpus
from vconv.features.acoustic import TRANSFORMED
from vconv.features.running_statistics import Moments


def log_share(converter, paths, source, target):
    """Return ln(variance of the predictions / usual variance of the target) [40], over all speech frames."""
    blend, moments = targets.parse(target, converter.speakers), Moments()
    for path in paths:
        encoded = converter.analyze(wav.read(path, converter.rate)[0], source).encoded
        mixed = converter.spectral.mixed(converter.spectral.predicted(encoded, blend), encoded, blend)
        moments += Moments.of(mixed[encoded.mask])
    return np.log(moments.variance / blend.mean(converter.statistics.acoustic_variance))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("run")
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--pairs", required=True)
    parser.add_argument("--sentences", type=int, default=6)
    options = parser.parse_args()
    converter, corpus = VoiceConverter.load(options.run), Corpus.load(options.corpus)
    evaluation = [row for row in corpus.utterances if row.split == "evaluation"]
    for known in True, False:
        shares = []
        for source, target in parse_pairs(options.pairs, sorted({row.speaker for row in corpus.utterances})):
            paths = [row.path for row in evaluation if row.speaker == source][: options.sentences]
            shares.append(log_share(converter, paths, source if known else None, target))
            print(f"{source}-{target}, {'known' if known else 'unseen'}: {shares[-1][TRANSFORMED].mean():.2f}")
        print("mean  ", *np.round(np.mean(shares, axis=0), 1), "\nspread", *np.round(np.std(shares, axis=0), 1))


if __name__ == "__main__":
    main()
