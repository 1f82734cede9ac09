"""How good pairs of frames are, judged by sentences that both speakers said and `vconv match` never compared.

    python benchmarks/matching.py FEATURES.h5 PAIRS.h5 ...            # mel-cepstral distortion of what was matched
    python benchmarks/matching.py FEATURES.h5 --parallel OUT.h5       # write the ceiling: pairs by the sentence's text

The matched frames of a held-out sentence of the source are compared with the target's own recording of it: order 24
without c0, frames that are no pause, dynamic time warping (close to `mcd24`, which analyses waves with Harvest). Once
as they are, once with each coefficient's variance made the target's. A file from --parallel matches sentences by name
and dynamic time warping: training on it (`vconv train matched --matches OUT.h5`) shows what perfect pairs would bring.
"""

import argparse
from itertools import permutations

import numpy as np
from librosa.sequence import dtw

from vconv.alignment import pairs
from vconv.features.cepstra import SHAPE, active, mel_cepstra
from vconv.features.statistics import load_or_compute
from vconv.features.store import FeatureStore

FOUR_PAIRS = "SF1-TM3,SF1-TF2,SM1-TF1,SM1-TM1"


class Corpus:
    """Mel-cepstra [T, 24] and active frames bool [T] of every utterance, computed once."""

    def __init__(self, store):
        self.store, self._known = store, {}

    def __call__(self, utterance):
        key = utterance.speaker, utterance.split, utterance.name
        if key not in self._known:
            frames = self.store.read(utterance)
            cepstra = mel_cepstra(frames.spectrum, frames.energy, self.store.settings["sample_rate"])[:, SHAPE]
            self._known[key] = cepstra, active(frames.energy)
        return self._known[key]

    def of(self, speaker, split):
        """Return {name: utterance} of a speaker."""
        return {row.name: row for row in self.store.utterances if (row.speaker, row.split) == (speaker, split)}


def path_of(one, other):
    """Return the warping path int [L, 2] between two sequences [T, 24]."""
    return dtw(one.T, other.T, metric="euclidean")[1][::-1]


def distortion_db(one, other):
    """Return the mel-cepstral distortion of two sequences [T, 24] over their warping path."""
    path = path_of(one, other)
    return 10 / np.log(10) * np.sqrt(2 * np.square(one[path[:, 0]] - other[path[:, 1]]).sum(axis=1)).mean()


def measure(corpus, statistics, file, source, target):
    """Return (distortion as matched, with the target's variance) over the held-out sentences of both speakers."""
    references, found = corpus.of(target, "validation"), []
    number = file.speakers.index(target)
    for row in file.utterances:
        if (row.speaker, row.split) == (source, "validation") and row.name in references:
            _, counts = corpus(corpus.of(source, "validation")[row.name])
            matched = file.matched[number, row.start : row.start + row.length].astype(float)
            cepstra, own = corpus(references[row.name])
            found.append((matched[counts[:: pairs.FRAME_STEP]], cepstra[own]))
    variance = np.mean([matched.var(axis=0) for matched, _ in found], axis=0)
    stretch = np.sqrt(statistics.cepstrum_variance[statistics.speakers.index(target), SHAPE] / variance)
    stretched = [((matched - matched.mean(axis=0)) * stretch + matched.mean(axis=0), own) for matched, own in found]
    return [np.mean([distortion_db(*both) for both in versions]) for versions in (found, stretched)]


def parallel(corpus, statistics):
    """Yield for each speaker what all rows would be in that voice, by the same sentence's recording."""
    store = corpus.store
    table = pairs.table(store)
    for number, target in enumerate(store.speakers):
        rows = np.zeros((table[-1].start + table[-1].length, 24))
        for row in table:
            utterance = corpus.of(row.speaker, row.split)[row.name]
            reference = corpus.of(target, row.split).get(row.name, utterance)
            own, other = corpus(utterance)[0], corpus(reference)[0]
            source = statistics.speakers.index(row.speaker)
            shift, scale = (getattr(statistics, f"cepstrum_{kind}")[:, SHAPE] for kind in ("mean", "deviation"))
            path = path_of((own - shift[source]) / scale[source], (other - shift[number]) / scale[number])
            partner = np.zeros(len(own), int)
            partner[path[:, 0]] = path[:, 1]
            rows[row.start : row.start + row.length] = other[partner][:: pairs.FRAME_STEP]
        yield rows


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("features")
    parser.add_argument("pairs", nargs="*")
    parser.add_argument("--of", default=FOUR_PAIRS, help="SOURCE-TARGET,… or all")
    parser.add_argument("--parallel", metavar="OUT.h5")
    options = parser.parse_args()
    with FeatureStore(options.features) as store:
        corpus, statistics = Corpus(store), load_or_compute(store, store.path.with_name("statistics.h5"))
        if options.parallel:
            matched = parallel(corpus, statistics)
            pairs.write(options.parallel, {"parallel": True}, store.fingerprint, store.speakers, pairs.table(store),
                        matched)
        of = list(permutations(store.speakers, 2)) if options.of == "all" else [
            pair.split("-") for pair in options.of.split(",")]
        for path in options.pairs:
            with pairs.Pairs(path) as file:
                rows = np.array([measure(corpus, statistics, file, *pair) for pair in of])
            print(path)
            for pair, row in zip(["-".join(pair) for pair in of] + ["mean"], [*rows, rows.mean(axis=0)], strict=True):
                print(f"  {pair:12s} {row[0]:.2f} dB, with the target's variance {row[1]:.2f} dB")


if __name__ == "__main__":
    main()
