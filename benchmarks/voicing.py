"""Compare two deciders of voicing: the F0 estimator alone, or D4C after it.

    python benchmarks/voicing.py FEATURES.h5 CORPUS-DIR-OF-A-SPEAKER ... [--files 30] [--whisper MODEL]

D4C marks a voiced frame as unvoiced if too little of its power lies below 4 kHz ("love train"; Morise 2016, "D4C, a
band-aperiodicity estimator for high-quality speech synthesis", Speech Communication 84). Each recording is synthesized
from its own analysis as in a conversion: with one resynthesis iteration (`vconv.audio.resynthesis`) and with the
recording's own signal in pauses. The output is the mean over all recordings, and the change by the love train with its
95 % bootstrap interval.
"""

import argparse
from pathlib import Path

import numpy as np
import pyworld
from jiwer import process_words

from vconv.audio import silence, wav, world
from vconv.audio.folder import audio_files
from vconv.audio.resynthesis import resynthesize
from vconv.evaluation import metrics, naturalness
from vconv.evaluation.bootstrap import interval, weights
from vconv.evaluation.intelligibility import Recognizer, normalize
from vconv.features.acoustic import speech_mask
from vconv.features.store import FeatureStore

METHODS, LOVE_TRAIN = ("dio", "harvest"), {"without": -np.inf, "with": 0.85}
PERIOD_MS = world.FRAME_PERIOD_MS


def copy(y, rate, f0_hz, threshold):
    """Return the copy-synthesis of `y` [samples] by WORLD with this D4C threshold."""
    spectrum, seconds = world.estimate_spectrum(y, f0_hz, rate), np.arange(len(f0_hz)) * PERIOD_MS / 1000
    aperiodicity = pyworld.d4c(y, f0_hz, seconds, rate, threshold=threshold, fft_size=world.fft_size(rate))
    made = resynthesize(
        lambda asked: world.synthesize(f0_hz, asked, aperiodicity, rate), spectrum, f0_hz, rate, PERIOD_MS
    )
    return silence.keep_source_silence(made, y, speech_mask(spectrum.sum(axis=1)), rate, PERIOD_MS)


def words(y, rate, recognizer):
    """Return the list of recognized words; empty without a recognizer."""
    return normalize(recognizer.transcribe(y, rate)).split() if recognizer else []


def measures(made, y, rate, reference, recognizer):
    """Return [`mcd24` in dB, voicing error in %, DistillMOS, lost words, all words] of a copy of `y`."""
    score = metrics.score(made, rate, y, rate)
    mos = naturalness.distillmos(made, rate) if "distillmos" in naturalness.available() else np.nan
    lost = np.nan
    if recognizer:
        found = process_words(" ".join(reference), " ".join(words(made, rate, recognizer)))
        lost = min(found.substitutions + found.deletions + found.insertions, len(reference))
    return score.mcd_db, 100 * score.f0.voicing_error, mos, lost, len(reference)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("features", help="for the F0 ranges")
    parser.add_argument("folders", nargs="+", help="one a speaker, named as in the features")
    parser.add_argument("--files", type=int, default=30, help="the first of each folder (default 30)")
    parser.add_argument("--whisper", metavar="MODEL", help="count lost words too")
    options = parser.parse_args()
    recognizer = options.whisper and Recognizer(options.whisper)
    with FeatureStore(options.features) as store:
        rate, ranges = store.settings["sample_rate"], dict(zip(store.speakers, store.f0_range_hz, strict=True))
    rows = {(method, train): [] for method in METHODS for train in LOVE_TRAIN}
    for folder in options.folders:
        for path in audio_files(folder)[: options.files]:
            y = wav.read(path, rate)[0]
            reference = words(y, rate, recognizer)
            for method in METHODS:
                f0_hz = world.estimate_f0(y, rate, *ranges[Path(folder).name], method)
                for train, threshold in LOVE_TRAIN.items():
                    rows[method, train].append(
                        measures(copy(y, rate, f0_hz, threshold), y, rate, reference, recognizer)
                    )
    for method, pair in ((method, [np.array(rows[method, train]) for train in LOVE_TRAIN]) for method in METHODS):
        for train, values in zip(LOVE_TRAIN, pair, strict=True):
            mcd_db, voicing, mos, lost, count = values.mean(axis=0)
            print(
                f"{method}, {train} love train: {mcd_db:.2f} dB, {voicing:.1f} % of frames voiced otherwise, "
                f"DistillMOS {mos:.2f}, {100 * lost / max(count, 1):.2f} % of {count * len(values):.0f} words"
            )
        change = weights(len(pair[0]), 2000, seed=0) @ (pair[1] - pair[0])
        change[:, 3] *= 100 / max(pair[0][:, 4].mean(), 1)
        print(
            "  it adds",
            ", ".join("{:+.2f} [{:+.2f}, {:+.2f}]".format(moved[0], *interval(moved)) for moved in change[:, :4].T),
        )


if __name__ == "__main__":
    main()
