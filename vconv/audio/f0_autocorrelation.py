"""F0 by autocorrelation and dynamic programming, robust against hum, noise, rooms and telephones.

Boersma 1993, "Accurate short-term analysis of the fundamental frequency and the harmonics-to-noise ratio of a sampled
sound", IFA Proceedings 17, 97-110. Two steps are added against a stationary background: its power spectrum is
subtracted before the autocorrelation, and frames that are hardly stronger than it are unvoiced.
"""

from typing import NamedTuple

import numpy as np

from vconv.audio.f0_background import OVERSAMPLING, autocorrelation, background_of_all, spectra_of
from vconv.audio.f0_path import Path

CANDIDATES = 8  # lags for each frame
# Costs of Boersma 1993, section 3, in units of the autocorrelation; those of changes are in `f0_path`.
VOICING_THRESHOLD = 0.45
OCTAVE_COST = 0.01
SILENCE_THRESHOLD = 0.008  # RMS, relative to the strongest frame


class Candidates(NamedTuple):
    """What the tracker needs of a recording's frames.

    Attributes
    ----------
    f0_hz : ndarray [T, candidates]
    strength : ndarray [T, candidates]
        Normalized autocorrelation less the octave cost; -inf where there is no candidate.
    rms : ndarray [T]
        Root of the power that is left after the background is subtracted.
    """

    f0_hz: np.ndarray
    strength: np.ndarray
    rms: np.ndarray


def estimate(y, rate, floor_hz, ceiling_hz, frame_period_ms, background=None):
    """Estimate F0.

    Parameters
    ----------
    y : ndarray [samples], float64
    rate : int
        In Hz.
    floor_hz, ceiling_hz : float
        The range searched.
    frame_period_ms : float
    background : f0_background.Background, optional
        That of the recording whose part `y` is; that of `y` when left out.

    Returns
    -------
    f0_hz : ndarray [T], float64
        0 where unvoiced; T = int(samples / rate / frame period) + 1.
    """
    spectra = spectra_of(y, rate, floor_hz, frame_period_ms)
    found = background or background_of_all(spectra)
    blocks = [candidates_of(block, found.power, spectra, floor_hz, ceiling_hz) for block in spectra.blocks()]
    frames = Candidates(*(np.concatenate(arrays) for arrays in zip(*blocks, strict=True)))
    loudest = found.loudest if background else frames.rms.max(initial=0)
    path = Path(frame_period_ms)
    path.append(frames.f0_hz, frames.strength, unvoiced_strength(frames.rms, loudest, found.level))
    return path.trace()


def candidates_of(power, background, spectra, floor_hz, ceiling_hz):
    """Return the `Candidates` of a block of power spectra [frames, bins]."""
    power, rate = np.maximum(power - background, 0), spectra.rate * OVERSAMPLING
    of_window = spectra.window_correlation
    first, last = int(rate / ceiling_hz), int(np.ceil(rate / floor_hz))
    lags = slice(first - 1, last + 2)
    correlation = autocorrelation(power, spectra.size)
    # Dividing by the window's autocorrelation removes the taper towards long lags (equation 9).
    correlation = correlation[:, lags] / (
        of_window[lags] / of_window[0] * np.maximum(correlation[:, :1], np.finfo(float).tiny)
    )
    before, here, after = correlation[:, :-2], correlation[:, 1:-1], correlation[:, 2:]
    octaves = np.log2(np.arange(first, last + 1) * floor_hz / rate)
    # Noise can exceed 1 at long lags.
    strength = np.where((here > before) & (here >= after), np.minimum(here, 1 / np.maximum(here, 1e-9)), -np.inf)
    strength -= OCTAVE_COST * octaves
    chosen = np.argpartition(-strength, min(CANDIDATES, strength.shape[1]) - 1, axis=1)[:, :CANDIDATES]
    rows = np.arange(len(chosen))[:, None]
    before, here, after = (part[rows, chosen] for part in (before, here, after))
    curvature = np.minimum(before - 2 * here + after, -np.finfo(float).tiny)
    offset = np.clip(0.5 * (before - after) / curvature, -0.5, 0.5)  # vertex of the parabola
    rms = np.sqrt(power.sum(axis=1))
    return Candidates(rate / (first + chosen + offset), strength[rows, chosen], rms)


def unvoiced_strength(rms, loudest, level):
    """Return the strength [T] of the unvoiced candidate (equation 23); parameters as of `f0_background.Background`."""
    threshold = max(SILENCE_THRESHOLD * loudest, level)
    relative = rms / threshold if threshold else np.zeros(len(rms))
    return VOICING_THRESHOLD + np.maximum(0, 2 - relative * (1 + VOICING_THRESHOLD))
