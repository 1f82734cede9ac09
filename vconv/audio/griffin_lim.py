"""Mel spectrogram → signal without any training: the baseline of all vocoders."""

import math

import numpy as np

from vconv.audio.mel import LOWEST_POWER


def spectrum_of(levels_db, mel, iterations=50):
    """Return a power spectrum [T, fft_size / 2 + 1] ≥ 0 with a given mel spectrogram [T, mels].

    By the multiplicative updates of Lee & Seung 2001 ("Algorithms for non-negative matrix factorization", theorem 2),
    which weigh each band by its ratio, as ears do; a general solver of least squares takes thousands of times as long.
    """
    wanted = 10 ** (np.asarray(levels_db, np.float64) / 10)
    weights = mel.filterbank
    reach = np.maximum(weights.sum(axis=1), LOWEST_POWER)
    power = wanted @ weights.T / reach
    for _ in range(iterations):
        power *= (wanted / np.maximum(power @ weights, LOWEST_POWER)) @ weights.T / reach
    return power


def griffin_lim(levels_db, mel, iterations=60, seed=0):
    """Return a signal [T · hop] whose mel spectrogram is near a given one, without any training.

    The spectrum is a non-negative preimage of the mel spectrogram (`spectrum_of`); its phases come by the fast
    Griffin-Lim algorithm (Perraudin, Balazs & Søndergaard 2013, doi 10.1109/WASPAA.2013.6701851) from random ones.

    Parameters
    ----------
    levels_db : ndarray [T, mels]
    mel : MelSpectrogram
    iterations : int
    seed : int
        Of the first phases.
    """
    import librosa

    fft_size, hop = mel.settings.fft_size, mel.settings.hop
    before = math.ceil(fft_size / hop)  # silent frames, so that the first sample lies under whole windows
    magnitude = np.pad(np.sqrt(spectrum_of(levels_db, mel)).T, ((0, 0), (before, before)))
    y = librosa.griffinlim(
        magnitude, n_iter=iterations, hop_length=hop, n_fft=fft_size, center=False, random_state=seed
    )
    return y[before * hop :][: len(levels_db) * hop]
