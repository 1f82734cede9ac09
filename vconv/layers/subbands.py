"""Sub-bands of a signal: a pseudo-QMF bank, whose synthesis part is the last layer of a multi-band vocoder."""

import keras
import numpy as np
from keras import ops
from scipy.optimize import minimize_scalar
from scipy.signal import firwin

from vconv.layers.weight_norm import transposed_convolution

TAPS_PER_BAND = 16
KAISER_BETA = 9.0


def prototype(bands):
    """Return the prototype, a low-pass filter [16 · bands], which cosines shift to the bands.

    It is designed by a Kaiser window, with the cut-off frequency for nearly perfect reconstruction (Lin & Vaidyanathan
    1998, "A Kaiser window approach for the design of prototype filters of cosine modulated filterbanks").
    """
    taps = TAPS_PER_BAND * bands

    def aliasing(cutoff):
        h = firwin(taps, cutoff, window=("kaiser", KAISER_BETA))
        return np.abs(np.convolve(h, h[::-1])[taps - 1 :: 2 * bands][1:]).max()

    bounds = (0.5 / bands, 0.75 / bands)
    return firwin(taps, minimize_scalar(aliasing, bounds=bounds, method="bounded").x, window=("kaiser", KAISER_BETA))


def filters(bands, synthesis):
    """Return the analysis filters, or with `synthesis` the synthesis filters, float64 [16 · bands, bands].

    Nguyen 1994, "Near-perfect-reconstruction pseudo-QMF banks", as in multi-band MelGAN (Yang et al. 2021, arXiv
    2005.05106).
    """
    h = prototype(bands)
    time = np.arange(len(h)) - (len(h) - 1) / 2
    band = np.arange(bands)
    phase = (-1.0) ** band * np.pi / 4 * (-1 if synthesis else 1)
    return 2 * h[:, None] * np.cos((2 * band + 1) * np.pi / (2 * bands) * time[:, None] + phase)


class JoinSubbands(keras.layers.Layer):
    """Sub-bands float32 [batch, time, bands] → signal float32 [batch, time · bands, 1]; it has no trained weights."""

    def build(self, input_shape):
        self.bands = input_shape[-1]
        self.kernel = np.float32(self.bands * filters(self.bands, synthesis=True)[:, None])

    def call(self, x):
        return transposed_convolution(x, ops.convert_to_tensor(self.kernel), self.bands)

    def compute_output_shape(self, input_shape):
        return (input_shape[0], input_shape[1] and input_shape[1] * input_shape[-1], 1)
