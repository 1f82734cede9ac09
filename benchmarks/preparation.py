"""Cuts of `vconv init` against known pauses: recordings joined with pauses, at mixed levels, with noise and clicks.

    python benchmarks/preparation.py CORPUS [--snr 60 30 20]

CORPUS holds a folder for each speaker, such as test-other of LibriSpeech. Its recordings are joined to one long
recording for each speaker. Printed for each signal-to-noise ratio:

- found: share of the pauses of 1 second or more with a cut in them
- in pauses: share of the cuts in a joint, or where 50 ms of the recording without noise are 20 dB below its speech
- kept: share of the joined recordings' time, without the joints, that the utterances hold
- seconds: shortest, median and longest utterance
"""

import argparse
from pathlib import Path

import numpy as np

from vconv.audio import loudness, wav
from vconv.preparation import segmentation, speech_activity

RATE = 16000
PAUSES_S, GAIN_DB, CLICKS_PER_MINUTE, CLICK_S = (0.3, 2.5), 6.0, 6, 0.004
QUIET_DB = -20.0


def joined(paths, rng):
    """Return the recordings of a speaker joined by pauses, and the pauses [n, 2] in samples."""
    parts, pauses, at = [], [], 0
    for path in paths:
        y, _ = loudness.to_reference_level(wav.read(path, RATE)[0], RATE)
        silence = np.zeros(int(rng.uniform(*PAUSES_S) * RATE))
        parts += [y * 10 ** (rng.uniform(-GAIN_DB, GAIN_DB) / 20), silence]
        pauses.append((at + len(y), at + len(y) + len(silence)))
        at = pauses[-1][1]
    return np.concatenate(parts), np.array(pauses)


def with_noise_and_clicks(y, snr_db, rng):
    """Return the signal with white noise, relative to its speech, and clicks as loud as its peaks."""
    noisy = y + loudness.speech_level(y, RATE) * 10 ** (-snr_db / 20) * rng.standard_normal(len(y))
    for start in rng.integers(0, len(y) - RATE, int(len(y) / RATE / 60 * CLICKS_PER_MINUTE)):
        size = int(CLICK_S * RATE)
        noisy[start : start + size] += np.abs(y).max() * rng.standard_normal(size)
    return noisy


def score(y, pauses, spans):
    """Return whether each long pause has a cut, whether each cut is in a pause, the share kept, and the durations."""
    cuts = (spans[1:, 0] + spans[:-1, 1]) / 2
    in_joint = np.array([((pauses[:, 0] <= cut) & (cut <= pauses[:, 1])).any() for cut in cuts])
    around = [y[int(cut - 0.025 * RATE) : int(cut + 0.025 * RATE)] for cut in cuts]
    near = [y[max(int(cut) - 5 * RATE, 0) : int(cut) + 5 * RATE] for cut in cuts]
    levels = [np.sqrt(np.square(a).mean()) / loudness.speech_level(n, RATE) for a, n in zip(around, near, strict=True)]
    long = pauses[:-1][np.diff(pauses[:-1], axis=1)[:, 0] >= RATE]
    has_cut = np.array([((first <= cuts) & (cuts <= last)).any() for first, last in long])
    held = np.zeros(len(y), bool)
    for first, last in spans:
        held[first:last] = True
    sounding = np.ones(len(y), bool)
    for first, last in pauses:
        sounding[first:last] = False
    seconds = np.diff(spans, axis=1)[:, 0] / RATE
    return has_cut, in_joint | (np.array(levels) < 10 ** (QUIET_DB / 20)), held[sounding].mean(), seconds


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--snr", type=float, nargs="+", default=[60, 30, 20])
    options = parser.parse_args()
    for snr_db in options.snr:
        rng, results = np.random.default_rng(0), []
        for folder in sorted(path for path in options.corpus.iterdir() if path.is_dir()):
            y, pauses = joined(sorted(folder.rglob("*.flac")), rng)
            levels = speech_activity.smoothed(
                speech_activity.band_levels([with_noise_and_clicks(y, snr_db, rng)], RATE)
            )
            spans = segmentation.utterances(speech_activity.is_speech(levels), speech_activity.total(levels))
            results.append(score(y, pauses, spans * speech_activity.hop_of(RATE)))
        found, inside, kept, seconds = zip(*results, strict=True)
        found, inside, seconds = map(np.concatenate, (found, inside, seconds))
        print(
            f"{snr_db:g} dB: found {found.mean():.1%} of {len(found)}, in pauses {inside.mean():.1%} of {len(inside)}, "
            f"kept {np.mean(kept):.1%}, {seconds.min():.1f}, {np.median(seconds):.1f}, {seconds.max():.1f} s"
        )


if __name__ == "__main__":
    main()
