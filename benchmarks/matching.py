"""Measure the quality of frame pairs on sentences that both speakers read; `vconv match` does not use them.

    python benchmarks/matching.py FEATURES.h5 FRAME_PAIRS.h5 ...     # distance of matched frames from the target's
    python benchmarks/matching.py FEATURES.h5 --parallel OUT.h5      # write frame pairs by time warping

The frames matched to a held-out sentence are compared with the target's own recording of it, frame by frame along the
best warping path: order 24 without c0, root mean square, dB. A file from --parallel pairs sentences by name and frames
by dynamic time warping. A model trained on it (`vconv train matched --frame-pairs OUT.h5`) is the ceiling for
alignment without parallel sentences.
"""

import argparse
from itertools import permutations

import numpy as np
from librosa.sequence import dtw

from vconv.alignment import frame_pairs, partners
from vconv.features.acoustic import ACOUSTIC_SIZE, TRANSFORMED, acoustic_features, speech_mask
from vconv.features.store import FeatureStore

FOUR_PAIRS = "SF1-TM3,SF1-TF2,SM1-TF1,SM1-TM1"


class Corpus:
    """Acoustic features [T, 40] and speech mask, bool [T], of every utterance, computed once."""

    def __init__(self, store):
        self.store, self._known = store, {}

    def __call__(self, utterance):
        key = utterance.speaker, utterance.split, utterance.name
        if key not in self._known:
            frames = self.store.read(utterance)
            self._known[key] = acoustic_features(frames), speech_mask(frames.energy)
        return self._known[key]

    def of(self, speaker, split):
        """Return {name: utterance} of a speaker."""
        return {row.name: row for row in self.store.utterances if (row.speaker, row.split) == (speaker, split)}


def warped(own, other):
    """Return for each frame of `own` [T, 40] its frame of `other` [U, 40] on the best warping path, [T].

    Coefficients 1 to 24 of each are normalized by their own mean and standard deviation.
    """
    shapes = own[:, TRANSFORMED], other[:, TRANSFORMED]
    one, two = ((shape - shape.mean(axis=0)) / shape.std(axis=0) for shape in shapes)
    path, partner = dtw(one.T, two.T, metric="euclidean")[1], np.zeros(len(own), int)
    partner[path[:, 0]] = path[:, 1]
    return partner


def rms_db(difference):
    """Return the root mean square of differences [n, 24] between mel-cepstra, dB."""
    return 10 / np.log(10) * np.sqrt(2 * np.square(difference).sum(axis=1).mean())


def measure(corpus, file, source, target):
    """Return (distance of the matched frames, distance of the target's mean, share of frames that were matched).

    Distances from the target's own frames, dB, over the matched frames of held-out sentences.
    """
    references, found = corpus.of(target, "validation"), []
    slot = file.targets[file.speakers.index(source)].tolist().index(file.speakers.index(target))
    for row in file.utterances:
        if (row.speaker, row.split) == (source, "validation") and row.name in references:
            own, speech = corpus(corpus.of(source, "validation")[row.name])
            other, there = corpus(references[row.name])[0], slice(row.start, row.start + row.length)
            found.append(
                (
                    other[warped(own, other)][:: frame_pairs.FRAME_STEP, TRANSFORMED],
                    speech[:: frame_pairs.FRAME_STEP],
                    file.matched[slot, there, TRANSFORMED].astype(float),
                    file.weight[slot, there] > 0,
                )
            )
    true, speech, matched, known = (np.concatenate(part) for part in zip(*found, strict=True))
    counts = speech & known
    distances = [rms_db(true[counts] - other) for other in (matched[counts], true[speech].mean(axis=0))]
    return *distances, known[speech].mean()


def parallel(corpus):
    """Yield for each target (features of all frames in that voice by time warping, weights, identity transforms)."""
    store = corpus.store
    table = frame_pairs.table(store)
    for target in store.speakers:
        count = table[-1].start + table[-1].length
        rows, weight = np.zeros((count, ACOUSTIC_SIZE)), np.zeros(count)
        for row in table:
            utterance = corpus.of(row.speaker, row.split)[row.name]
            own, speech = corpus(utterance)
            other = corpus(corpus.of(target, row.split).get(row.name, utterance))[0]
            there = slice(row.start, row.start + row.length)
            rows[there], weight[there] = (
                other[warped(own, other)][:: frame_pairs.FRAME_STEP],
                speech[:: frame_pairs.FRAME_STEP],
            )
        yield rows, weight, np.stack([np.eye(25, 24)] * len(store.speakers))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("features")
    parser.add_argument("pairs", nargs="*")
    parser.add_argument("--of", default=FOUR_PAIRS, help="SOURCE-TARGET,… or all")
    parser.add_argument("--parallel", metavar="OUT.h5")
    options = parser.parse_args()
    with FeatureStore(options.features) as store:
        corpus = Corpus(store)
        if options.parallel:
            frame_pairs.write(
                options.parallel,
                {"parallel": True},
                store.fingerprint,
                store.speakers,
                frame_pairs.table(store),
                partners.choose(len(store.speakers), len(store.speakers)),
                parallel(corpus),
            )
        of = (
            list(permutations(store.speakers, 2))
            if options.of == "all"
            else [pair.split("-") for pair in options.of.split(",")]
        )
        for path in options.pairs:
            with frame_pairs.FramePairs(path) as file:
                rows = np.array([measure(corpus, file, *pair) for pair in of])
            print(path)
            names = ["-".join(pair) for pair in of] + ["mean"]
            for name, (matched, mean, share) in zip(names, [*rows, rows.mean(axis=0)], strict=True):
                print(f"  {name:12s} matched {matched:.2f} dB, the target's mean {mean:.2f} dB; {share:.0%} of frames")


if __name__ == "__main__":
    main()
