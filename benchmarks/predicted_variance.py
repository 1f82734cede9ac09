"""How much less the predictions of a model vary than natural speech, for each acoustic feature.

    python benchmarks/predicted_variance.py RUN corpus.yaml --pairs SF1-TM3,SM1-TF1

For each pair, known and unseen, the evaluation sentences of the source are converted without variance restoration. The
mean of ln(variance of the prediction / usual variance of the target) is printed over features 1 to 24, and at the end
the mean over pairs, and their standard deviation, for each feature. A stream begins with these shares
(`vconv.spectral_conversion.cepstrum_converter`).
"""

import numpy as np
from evaluation_sentences import parse

from vconv.audio import wav
from vconv.conversion import targets
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
    converter, pairs = parse(__doc__)
    for known in True, False:
        shares = []
        for source, target, paths in pairs:
            shares.append(log_share(converter, paths, source if known else None, target))
            print(f"{source}-{target}, {'known' if known else 'unseen'}: {shares[-1][TRANSFORMED].mean():.2f}")
        print("mean  ", *np.round(np.mean(shares, axis=0), 1), "\nspread", *np.round(np.std(shares, axis=0), 1))


if __name__ == "__main__":
    main()
