"""Compare mel filters that are triangular over mel (the Keras tutorial) with those of vconv, triangular over Hz.

python benchmarks/mel_triangles.py data/sample/evaluation/slt/e01.flac
"""

import sys

import numpy as np
import tensorflow as tf

from vconv.audio import wav
from vconv.audio.mel import MelSettings, MelSpectrogram

y, rate = wav.read(sys.argv[1])
mel = MelSpectrogram(MelSettings(rate))
ours = mel(y)
_, fft_size, _, mels, low_hz, high_hz = mel.settings
mel.filterbank = tf.signal.linear_to_mel_weight_matrix(
    mels, fft_size // 2 + 1, rate, low_hz, high_hz, tf.float64
).numpy()
difference_db = np.abs(mel(y) - ours)
print(f"{difference_db.max():.3f} dB at most, {difference_db.mean():.3f} dB on average")
