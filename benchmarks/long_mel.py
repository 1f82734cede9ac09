"""Peak memory and CPU time of a vocoder on a long mel spectrogram.

    python benchmarks/long_mel.py melgan:recipes/vcc2016/exp/melgan_light [--minutes 60]

The memory is that of the whole process, TensorFlow and the mel spectrogram included; the time that of vocoding alone.
"""
import argparse
import resource
import time

import numpy as np

from vconv import vocoders

parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
parser.add_argument("vocoder", help="as --vocoder of `vconv vocode`")
parser.add_argument("--minutes", type=float, default=60)
options = parser.parse_args()
vocoder = vocoders.load(options.vocoder, None)
settings = vocoder.mel.settings
frames = round(options.minutes * 60 * settings.sample_rate / settings.hop)
levels_db = np.random.default_rng(0).normal(-20, 10, (frames, settings.mels)).astype(np.float32)
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
begin = time.process_time()
y = vocoder.vocode(levels_db)
seconds, peak = time.process_time() - begin, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(f"{len(y) / vocoder.rate:.0f} s of sound: {peak / 1e6:.2f} GB at most, {before / 1e6:.2f} GB before it began; "
      f"{seconds:.1f} s of CPU")
