"""Griffin-Lim: mel spectrogram → signal by iteration, without training; the baseline of the vocoders."""

import math

import numpy as np

from vconv.audio.mel import LOWEST_POWER


def spectrum_of(levels_db, mel, iterations=50):
    """Return a non-negative power spectrum whose mel spectrogram is a given one.

    Each update multiplies a bin by the weighted mean, over the mel bands it belongs to, of the ratio of given and
    present band power (Lee & Seung 2001, "Algorithms for non-negative matrix factorization", theorem 2). A general
    non-negative least-squares solver takes thousands of times as long.

    Parameters
    ----------
    levels_db : ndarray [T, mels]
        Mel spectrogram in dB.
    mel : vconv.audio.mel.MelSpectrogram
    iterations : int

    Returns
    -------
    power : ndarray [T, fft_size / 2 + 1], float64
    """
    mel_power = 10 ** (np.asarray(levels_db, np.float64) / 10)
    filterbank = mel.filterbank
    bin_weight = np.maximum(filterbank.sum(axis=1), LOWEST_POWER)
    power = mel_power @ filterbank.T / bin_weight
    for _ in range(iterations):
        power *= (mel_power / np.maximum(power @ filterbank, LOWEST_POWER)) @ filterbank.T / bin_weight
    return power


def griffin_lim(levels_db, mel, iterations=60, seed=0):
    """Return a signal whose mel spectrogram is close to a given one.

    `spectrum_of` gives the magnitudes. The phases start at random and are found by the fast Griffin-Lim algorithm
    (Perraudin, Balazs & Søndergaard 2013, doi 10.1109/WASPAA.2013.6701851).

    Parameters
    ----------
    levels_db : ndarray [T, mels]
        Mel spectrogram in dB.
    mel : vconv.audio.mel.MelSpectrogram
    iterations : int
    seed : int
        Of the initial phases.

    Returns
    -------
    y : ndarray [T · hop]
    """
    import librosa

    fft_size, hop = mel.settings.fft_size, mel.settings.hop
    margin = math.ceil(fft_size / hop)  # silent frames, so that all windows overlap at the first sample
    magnitude = np.pad(np.sqrt(spectrum_of(levels_db, mel)).T, ((0, 0), (margin, margin)))
    y = librosa.griffinlim(
        magnitude, n_iter=iterations, hop_length=hop, n_fft=fft_size, center=False, random_state=seed
    )
    return y[margin * hop :][: len(levels_db) * hop]
