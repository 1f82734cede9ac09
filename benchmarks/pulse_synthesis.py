"""The synthesis of streams beside WORLD's: the same converted features, and how natural both sound.

    python benchmarks/pulse_synthesis.py RUN corpus.yaml --pairs SF1-TM3,SM1-TF1 --sentences 6

The evaluation sentences of each source are converted as a whole, without resynthesis and source silence. Printed are
the level above 4 kHz of voiced frames, relative to the envelope that was asked for, and DistillMOS (extra `neural`).
"""

import numpy as np
from evaluation_sentences import parse

from vconv.audio import loudness, wav, world
from vconv.audio.pulse_synthesis import PulseSynthesizer
from vconv.conversion import targets
from vconv.conversion.controls import UNCHANGED
from vconv.evaluation.naturalness import distillmos

BLOCK_FRAMES, HIGH_HZ = 4, 4000


def features(converter, path, source, target):
    """Return F0 [T], power spectrum [T, K] and aperiodicity [T, K] of a conversion."""
    utterance = converter.analyze(wav.read(path, converter.rate)[0], source)
    blend = targets.parse(target, converter.speakers)
    f0_hz = converter.converted_f0(utterance.analysis.f0_hz, utterance.log_f0, blend, UNCHANGED)
    spectrum = world.restore_energy(*converter.spectral.predict(utterance.encoded, blend))
    return f0_hz, spectrum, utterance.analysis.aperiodicity


def by_world(converter, *arrays):
    """Return WORLD's synthesis of the whole."""
    return world.synthesize(*arrays, converter.rate, converter.frame_period_ms)


def by_pulses(converter, *arrays):
    """Return the synthesis of blocks of 20 ms."""
    synthesizer = PulseSynthesizer(converter.rate, converter.frame_period_ms)
    blocks = [[one[first : first + BLOCK_FRAMES] for one in arrays] for first in range(0, len(arrays[0]), BLOCK_FRAMES)]
    return np.concatenate([synthesizer.push(*block) for block in blocks])


def high_db(converter, y, f0_hz, spectrum):
    """Return by how much voiced frames are above the envelope at high frequencies, relative to all, in dB."""
    measured = world.estimate_spectrum(y, f0_hz, converter.rate, converter.frame_period_ms)
    first = HIGH_HZ * 2 * (spectrum.shape[1] - 1) // converter.rate
    shares = (power[:, first:].sum(axis=1) / power.sum(axis=1) for power in (measured, spectrum))
    return 10 * np.log10(np.divide(*shares))[f0_hz > 0].mean()


def main():
    converter, pairs = parse(__doc__)
    scores = {by_world: [], by_pulses: []}
    for source, target, paths in pairs:
        for path in paths:
            arrays = features(converter, path, source, target)
            for synthesize, found in scores.items():
                y = synthesize(converter, *arrays)
                y *= loudness.REFERENCE_LEVEL / loudness.speech_level(y, converter.rate)
                found.append((high_db(converter, y, *arrays[:2]), distillmos(y, converter.rate)))
    for synthesize, found in scores.items():
        level_db, opinion = np.mean(found, axis=0)
        name = synthesize.__name__.replace("_", " ")
        print(f"{name}: above 4 kHz {level_db:+.1f} dB, DistillMOS {opinion:.2f}, {len(found)} sentences")


if __name__ == "__main__":
    main()
