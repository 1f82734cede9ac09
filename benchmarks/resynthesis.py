"""Measure copy-synthesis by WORLD against the number of resynthesis iterations.

    python benchmarks/resynthesis.py FEATURES.h5 CORPUS-DIR-OF-A-SPEAKER ... [--files 12] [--method harvest]

The output is the mel-cepstral distortion (`mcd24`) from the recording, for each speaker.
"""

import argparse
from pathlib import Path

import numpy as np

from vconv.audio import wav, world
from vconv.audio.folder import audio_files
from vconv.audio.resynthesis import resynthesize
from vconv.evaluation import metrics
from vconv.features.store import FeatureStore

ROUNDS = (0, 1, 2, 3)


def distortions(y, rate, f0_range_hz, method):
    """Return `mcd24` of the copies with each number of iterations in `ROUNDS`, dB."""
    found = world.analyze(y, rate, *f0_range_hz, method)

    def render(spectrum):
        return world.synthesize(found.f0_hz, spectrum, found.aperiodicity, rate)

    copies = (resynthesize(render, found.spectrum, found.f0_hz, rate, world.FRAME_PERIOD_MS, count) for count in ROUNDS)
    return [metrics.score(copy, rate, y, rate).mcd_db for copy in copies]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("features")
    parser.add_argument("folders", nargs="+", help="one a speaker, named as in the features")
    parser.add_argument("--files", type=int, default=12, help="the last of each folder (default 12)")
    parser.add_argument("--method", default="dio", choices=("dio", "harvest"))
    options = parser.parse_args()
    with FeatureStore(options.features) as store:
        rate, ranges = store.settings["sample_rate"], dict(zip(store.speakers, store.f0_range_hz, strict=True))
    print(f"{'speaker':10s}" + "".join(f"{count:>8d} x" for count in ROUNDS))
    for folder in options.folders:
        name, files = Path(folder).name, audio_files(folder)[-options.files :]
        means = np.mean(
            [distortions(wav.read(path, rate)[0], rate, ranges[name], options.method) for path in files], axis=0
        )
        print(f"{name:10s}" + "".join(f"{mean:7.2f} dB" for mean in means), flush=True)


if __name__ == "__main__":
    main()
