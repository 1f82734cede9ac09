"""Oversmoothing: global variance and modulation spectrum of the mel-cepstrum."""

import numpy as np
from scipy.signal import welch

SEGMENT_FRAMES = 64  # 320 ms at 5 ms a frame
BAND_BINS = (1, 2, 4, 8, 16, 33)  # octaves: 3.1-6.2, … 50-100 Hz at 5 ms a frame
DB = 10 / np.log(10)


def global_variance(mel_cepstrum):
    """Return the variance over time of each coefficient of [T, M], as [M].

    Toda, Black & Tokuda 2007, "Voice conversion based on maximum-likelihood estimation of spectral parameter
    trajectory", IEEE TASLP 15(8), section IV.
    """
    return np.var(mel_cepstrum, axis=0)


def modulation_spectrum(mel_cepstrum):
    """Return the power of each coefficient's trajectory in octave bands of modulation frequency.

    After Takamichi, Toda, Black, Neubig, Sakti & Nakamura 2016, "Postfilters to modify the modulation spectrum for
    statistical parametric speech synthesis", IEEE/ACM TASLP 24(4). The paper analyzes whole utterances. Segments of
    320 ms with half overlap (Welch's method) make sentences of different lengths comparable.

    Parameters
    ----------
    mel_cepstrum : ndarray [T, M]
        Consecutive frames.

    Returns
    -------
    power : ndarray [M, 5]
        Mean power density of each coefficient, without its mean, in five bands.
    """
    frames = len(mel_cepstrum)
    if frames < SEGMENT_FRAMES:
        mel_cepstrum = np.pad(mel_cepstrum, ((0, SEGMENT_FRAMES - frames), (0, 0)), mode="edge")
    density = welch(mel_cepstrum, nperseg=SEGMENT_FRAMES, axis=0)[1]
    bands = zip(BAND_BINS[:-1], BAND_BINS[1:], strict=True)
    return np.stack([density[low:high].mean(axis=0) for low, high in bands], axis=1)


def log_ratios(mean, reference):
    """Return ln(mean / reference) of two mean variances, or of two mean spectra, of any shape."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.log(np.asarray(mean) / np.asarray(reference))


def mean_over_orders(variance, reference):
    """Return the mean over the coefficients (last axis) of ln(variance / reference); below 0 is too smooth."""
    return log_ratios(variance, reference).mean(axis=-1)


def rms_over_orders(variance, reference):
    """Return the root mean square over the coefficients (last axis) of ln(variance / reference)."""
    return np.sqrt(np.square(log_ratios(variance, reference)).mean(axis=-1))


def modulation_distance_db(spectrum, reference):
    """Return the root mean square of the difference in dB over coefficients and bands (last two axes)."""
    return DB * np.sqrt(np.square(log_ratios(spectrum, reference)).mean(axis=(-2, -1)))
