"""Statistics of two synthetic speakers, and a network that changes nothing, for tests of conversion."""

import numpy as np

from vconv.audio import mel_cepstrum, world
from vconv.features.schema import Frames
from vconv.features.statistics import Statistics

RATE, BINS = 16000, 513
DECAY = 1 / np.arange(1, 41)


def statistics(mean=None, std=None, variance=None, log_f0_percentiles=None):
    """Return statistics of two speakers; mean and std of their acoustic features are [2, 40], by default 0 and `DECAY`.

    The mean of relative power is 0.
    """
    features = {"sample_rate": RATE, "frame_period_ms": 5.0, "f0_method": "autocorrelation"}
    features["content_encoder"] = {"name": "mel_cepstrum", "version": 1}
    own = np.log(200) + 0.1 * np.array([-1.64, -0.67, 0, 0.67, 1.64])
    return Statistics(
        speakers=("Ann", "Bo"),
        settings=features,
        fingerprint="x",
        spectrum_low=np.full(BINS, -20.0),
        spectrum_high=np.zeros(BINS),
        spectrum_mean=np.zeros(BINS),
        spectrum_std=np.ones(BINS),
        log_f0_mean=np.log([200.0, 200.0]),
        log_f0_std=np.full(2, 0.1),
        log_f0_percentiles=np.tile(own, (2, 1)) if log_f0_percentiles is None else log_f0_percentiles,
        f0_range_hz=np.array([[70.0, 400.0]] * 2),
        global_variance=np.ones((2, BINS)),
        acoustic_mean=np.zeros((2, 40)) if mean is None else mean,
        acoustic_std=np.tile(DECAY, (2, 1)) if std is None else std,
        acoustic_variance=np.ones((2, 40)) if variance is None else variance,
    )


def frames_of(mel_cepstra):
    """Return `Frames` with mel-cepstra [T, 40]."""
    power = mel_cepstrum.to_spectrum(mel_cepstra, BINS, 0.41)
    log_spectrum, energy = world.normalize_energy(power)
    return Frames(log_spectrum, energy, np.full(len(power), 100.0), np.full((len(power), 1), -10.0), mel_cepstra)


def cepstra_of(log_spectrum):
    """Return the mel-cepstra [T, 40] of log10(power / energy) [T, K]."""
    return mel_cepstrum.from_spectrum(10**log_spectrum, 39, 0.41)


def same(content, target=None):
    """Stand for the network: the source's normalized power and coefficients 1 to 24; the mean for 25 to 39."""
    coefficients, power = content[..., :24], content[..., 24:25]
    return np.concatenate([power, coefficients, np.zeros_like(coefficients[..., :15])], axis=-1)
