"""Compare copies by vocoders with the natural recordings: mel distance, multi-resolution STFT distance, DistillMOS.

`vconv vocode NATURAL --vocoder … --output DIR` makes the copies; those by WORLD are made here. DistillMOS needs the
extra `neural`:

    python benchmarks/vocoder_quality.py NATURAL melgan=DIR griffin-lim=DIR
"""

import argparse

import numpy as np
from scipy.signal import stft

from vconv.audio import wav
from vconv.audio.folder import by_name
from vconv.audio.mel import MelSettings, MelSpectrogram
from vconv.evaluation import naturalness
from vconv.evaluation.recordings import copy_synthesis

RATE = 16000
WORLD = {"sample_rate": RATE, "frame_period_ms": 5.0, "f0_method": "harvest"}


def stft_distance(natural, copy):
    """Return spectral convergence + mean L1 of log magnitudes at three resolutions (`losses.multi_resolution_stft`)."""
    terms = []
    for size in (512, 1024, 2048):
        spectra = (stft(y, nperseg=size, noverlap=size * 3 // 4, boundary=None)[2] * size / 2 for y in (natural, copy))
        one, other = (np.sqrt(np.abs(spectrum) ** 2 + 1e-7) for spectrum in spectra)
        terms.append(np.linalg.norm(one - other) / np.linalg.norm(one) + np.abs(np.log(one / other)).mean())
    return np.mean(terms)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("natural")
    parser.add_argument("systems", nargs="*", metavar="NAME=DIR")
    options = parser.parse_args()
    natural = {name: wav.read(path, RATE)[0] for name, path in by_name(options.natural).items()}
    systems = {"natural": natural, "WORLD": {name: copy_synthesis(y, WORLD) for name, y in natural.items()}}
    for system in options.systems:
        title, _, folder = system.partition("=")
        systems[title] = {name: wav.read(path, RATE)[0] for name, path in by_name(folder).items()}
    mel = MelSpectrogram(MelSettings(RATE))
    scored = "distillmos" in naturalness.available()
    print(f"{len(natural)} recordings; mean ± standard error\n{'':24s}{'mel dB':>14s}{'STFT':>16s}{'DistillMOS':>16s}")
    for title, copies in systems.items():
        rows = []
        for name, y in natural.items():
            length = min(len(y), len(copies[name]))
            one, other = y[:length], copies[name][:length]
            rows.append(
                [
                    np.abs(mel(one) - mel(other)).mean(),
                    stft_distance(one, other),
                    naturalness.distillmos(copies[name], RATE) if scored else np.nan,
                ]
            )
        mean, error = np.mean(rows, axis=0), np.std(rows, axis=0, ddof=1) / len(rows) ** 0.5
        print(f"{title:24s}" + "".join(f"{m:10.3f} ± {e:.3f}" for m, e in zip(mean, error, strict=True)), flush=True)


if __name__ == "__main__":
    main()
