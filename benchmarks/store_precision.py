"""Measure the loss by the types of the feature file: copy-synthesis from float64 features and from stored features.

    python benchmarks/store_precision.py recipes/vcc2016/corpus.yaml --corpus-dir corpora/vcc2016 [--sentences 4]

Of each speaker some evaluation sentences, spread over them, are analyzed by WORLD and synthesized three times: from the
features as they are, after normalizing the energy alone, and from the types of the feature file.
"""

import argparse

import numpy as np
from frame_by_frame import distortion_db, table

from vconv.audio import f0, wav, world
from vconv.corpus.recordings import Corpus
from vconv.features.schema import TYPES


def chosen(corpus, split, count):
    """Return `count` utterances of each speaker, evenly spread over the split."""
    rows = []
    for speaker in corpus.speakers:
        own = [row for row in corpus.utterances if (row.speaker, row.split) == (speaker, split)]
        rows += [own[number] for number in np.unique(np.linspace(0, len(own) - 1, count).round().astype(int))]
    return rows


def copies(y, rate, settings):
    """Return three signals [samples]: from float64 features, with the energy normalized, and from the stored types."""
    wide = world.estimate_f0(y, rate, *f0.WIDE_RANGE_HZ, settings["f0_method"], settings["frame_period_ms"])
    exact = world.analyze(y, rate, *f0.find_range(wide), settings["f0_method"], settings["frame_period_ms"])
    log_spectrum, energy = world.normalize_energy(exact.spectrum)
    coded = world.code_aperiodicity(exact.aperiodicity, rate)
    kept = [
        array.astype(kind).astype(np.float64)
        for array, kind in zip((log_spectrum, energy, exact.f0_hz, coded), TYPES.values(), strict=True)
    ]
    normalized = exact._replace(spectrum=world.restore_energy(log_spectrum, energy))
    stored = world.Analysis(kept[2], world.restore_energy(*kept[:2]), world.decode_aperiodicity(kept[3], rate))
    return [world.synthesize(*features, rate, settings["frame_period_ms"]) for features in (exact, normalized, stored)]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus")
    parser.add_argument("--corpus-dir")
    parser.add_argument("--split", default="evaluation")
    parser.add_argument("--sentences", type=int, default=4, help="sentences of each speaker (default 4)")
    args = parser.parse_args()
    corpus, rows = Corpus.load(args.corpus, corpus_dir=args.corpus_dir), []
    for utterance in chosen(corpus, args.split, args.sentences):
        y, rate = wav.read(utterance.path, corpus.settings["sample_rate"])
        exact, normalized, stored = copies(y, rate, corpus.settings)
        to_recording = distortion_db([exact, stored], y, rate)
        to_exact = distortion_db([normalized, stored], exact, rate)
        rows.append(
            {
                "exact features, from the recording": to_recording[0],
                "feature file, from the recording": to_recording[1],
                "feature file less exact, in size": abs(to_recording[1] - to_recording[0]),
                "energy normalized, from exact features": to_exact[0],
                "feature file, from exact features": to_exact[1],
            }
        )
    table(rows)


if __name__ == "__main__":
    main()
