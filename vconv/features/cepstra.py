"""Mel-cepstra of stored frames, and what of a frame tells what is said rather than who says it."""

import numpy as np

from vconv.audio import mel_cepstrum

ORDER = 39
CONTENT_ORDER = 24  # the higher coefficients say more about the voice than about the sound
CONTENT_SIZE = CONTENT_ORDER + 3  # power follows the coefficients, then voicing and aperiodicity
SHAPE = slice(1, CONTENT_ORDER + 1)
ACOUSTIC_SIZE = ORDER + 1
POWER_UNIT_DB = 8.0  # the unit of power: speakers deviate from their mean by about as much
FRAME_STEP = 2  # it looks at every second frame: neighbors say nearly the same
SILENCE_DB = -25.0


def active(energy):
    """Return which frames of one utterance are no pause, bool [T]: those above its mean power − 25 dB.

    Parameters
    ----------
    energy : ndarray [T]
        The frames' power, on any scale.
    """
    energy = np.asarray(energy, np.float64)
    return energy > energy.mean() * 10 ** (SILENCE_DB / 10)


def mel_cepstra(spectrum, energy, rate):
    """Return the mel-cepstra float64 [T, 40] of frames as the feature file has them.

    Parameters
    ----------
    spectrum : ndarray [T, K]
        log10(power / energy).
    energy : ndarray [T]
    rate : int
        In Hz; chooses the warping, `mel_cepstrum.mel_alpha`.
    """
    power = 10 ** (spectrum.astype(np.float64)) * np.asarray(energy, np.float64)[:, None]
    return mel_cepstrum.from_spectrum(power, ORDER, mel_cepstrum.mel_alpha(rate))


def power(energy):
    """Return the power [T] of an utterance's frames, relative to the mean of those that are no pause, in 8 dB."""
    power_db = 10 * np.log10(np.maximum(np.asarray(energy, np.float64), 1e-30))
    return (power_db - power_db[active(energy)].mean()) / POWER_UNIT_DB


def said(cepstra, level):
    """Return what a conversion by matched frames says: mel-cepstra [T, 40] with `power` [T] for the coefficient 0."""
    return np.concatenate([level[:, None], cepstra[:, 1:]], axis=1)


def content(cepstra, frames, mean, deviation):
    """Describe an utterance's frames with the speaker's habits taken out, float32 [T, 27].

    Coefficients 1 to 24 relative to the speaker's mean and deviation, power relative to the utterance's, whether the
    frame is voiced, and aperiodicity: all are around 1 in size.

    Parameters
    ----------
    cepstra : ndarray [T, 40]
        Of `mel_cepstra`; the coefficient 0 does not matter.
    frames : vconv.features.schema.Frames
    mean, deviation : ndarray [40]
        The speaker's.
    """
    columns = [
        (cepstra[:, SHAPE] - mean[SHAPE]) / deviation[SHAPE],
        power(frames.energy)[:, None],
        2.0 * (frames.f0_hz > 0)[:, None],
        frames.aperiodicity.mean(axis=1, keepdims=True) / 6,
    ]
    return np.concatenate(columns, axis=1).astype(np.float32)


def rows_of(frames, mean, deviation, rate):
    """Return every second frame of an utterance: `said` [n, 40], `content` [n, 27], whether it is no pause [n].

    Parameters
    ----------
    frames : vconv.features.schema.Frames
        All frames: what is relative to the utterance is relative to the whole of it.
    mean, deviation : ndarray [40]
        The speaker's.
    rate : int
        In Hz.
    """
    cepstra = mel_cepstra(frames.spectrum, frames.energy, rate)
    heard = content(cepstra, frames, mean, deviation)
    found = said(cepstra, heard[:, CONTENT_ORDER]), heard, active(frames.energy)
    return tuple(part[::FRAME_STEP] for part in found)
