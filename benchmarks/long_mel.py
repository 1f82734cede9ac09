"""Measure peak memory and CPU time of a vocoder on a long mel spectrogram, from file to file as `vconv vocode` does.

    python benchmarks/long_mel.py melgan:recipes/vcc2016/exp/melgan_light [--minutes 60]

The memory is that of the whole process with TensorFlow.
"""

import argparse
import resource
import tempfile
import time
from pathlib import Path

import numpy as np

from vconv.audio import mel_file, wav
from vconv.conversion import vocoders


def peak_gb():
    """Return the peak memory of this process, GB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6


parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
parser.add_argument("vocoder", help="as --vocoder of `vconv vocode`")
parser.add_argument("--minutes", type=float, default=60)
options = parser.parse_args()
vocoder = vocoders.load(options.vocoder, None)
settings = vocoder.mel.settings
frames = round(options.minutes * 60 * settings.sample_rate / settings.hop)
with tempfile.TemporaryDirectory() as folder:
    mel = Path(folder, "mel.npz")
    levels_db = np.random.default_rng(0).standard_normal((frames, settings.mels), np.float32) * 10 - 20
    mel_file.save(mel, levels_db, settings)
    del levels_db
    before, begin = peak_gb(), time.process_time()
    y = vocoder.vocode_file(mel)
    vocoded = time.process_time()
    wav.write(Path(folder, "wave.wav"), y, vocoder.rate)
    print(
        f"{len(y) / vocoder.rate:.0f} s of sound: {peak_gb():.2f} GB at most, {before:.2f} GB before it began; "
        f"{vocoded - begin:.1f} s of CPU to vocode, {time.process_time() - vocoded:.1f} s to write"
    )
