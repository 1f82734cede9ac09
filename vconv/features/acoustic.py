"""Acoustic features of an utterance: relative power and mel-cepstrum of each frame, and the speech mask."""

import numpy as np

from vconv.audio import mel_cepstrum

ORDER = 39  # of the mel-cepstrum
ACOUSTIC_SIZE = ORDER + 1  # relative power replaces coefficient 0
TRANSFORMED = slice(1, 25)  # coefficients that affine transforms map; higher ones tell speakers apart, not sounds
TRANSFORMED_SIZE = TRANSFORMED.stop - TRANSFORMED.start
POWER_UNIT_DB = 8.0  # about the standard deviation of a speaker's power, so that all features have similar variance
FRAME_STEP = 2  # alignment and `matched` use every second frame (hop 10 ms), because neighbors are nearly equal
SPEECH_THRESHOLD_DB = -25.0  # relative to the utterance's mean power
LOWEST_POWER = 1e-30  # keeps the logarithm of digital silence finite


def speech_mask(energy):
    """Return the speech mask of an utterance: the frames above its mean power − 25 dB.

    Parameters
    ----------
    energy : ndarray [T]
        Power of the frames, on any scale.

    Returns
    -------
    mask : ndarray [T], bool
    """
    energy = np.asarray(energy, np.float64)
    return energy > energy.mean() * 10 ** (SPEECH_THRESHOLD_DB / 10)


def mel_cepstra(spectrum, energy, rate):
    """Return the mel-cepstra of frames.

    Parameters
    ----------
    spectrum : ndarray [T, K]
        log10(power / energy).
    energy : ndarray [T]
        Sum of the power spectrum.
    rate : int
        In Hz; decides the frequency warping, `mel_cepstrum.mel_alpha`.

    Returns
    -------
    mel_cepstra : ndarray [T, 40], float64
    """
    power = 10 ** (spectrum.astype(np.float64)) * np.asarray(energy, np.float64)[:, None]
    return mel_cepstrum.from_spectrum(power, ORDER, mel_cepstrum.mel_alpha(rate))


def relative_power(energy):
    """Return the power of an utterance's frames relative to the mean over its speech frames.

    Parameters
    ----------
    energy : ndarray [T]
        Power of the frames, on any scale.

    Returns
    -------
    power : ndarray [T], float64
        In units of 8 dB; 0 is the mean.
    """
    power_db = 10 * np.log10(np.maximum(np.asarray(energy, np.float64), LOWEST_POWER))
    return (power_db - power_db[speech_mask(energy)].mean()) / POWER_UNIT_DB


def acoustic_features(frames):
    """Return the acoustic features of an utterance: relative power, then mel-cepstral coefficients 1 to 39.

    Parameters
    ----------
    frames : vconv.features.schema.Frames
        All frames of the utterance, because power is relative to the mean over it.

    Returns
    -------
    acoustic : ndarray [T, 40], float64
    """
    power = relative_power(frames.energy)
    return np.concatenate([power[:, None], frames.mel_cepstrum[:, 1:]], axis=1, dtype=np.float64)
