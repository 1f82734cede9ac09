"""Mel-cepstral distortion and F0 errors between two signals of the same sentence."""

from typing import NamedTuple

import numpy as np
from librosa.sequence import dtw

from vconv.audio import mel_cepstrum, wav, world
from vconv.audio.samples import SILENCE
from vconv.common.errors import VconvError
from vconv.evaluation.protocols import F0_RANGE_HZ, MCD24

MAX_CELLS = 10**8
DB = 10 / np.log(10)


class Frames(NamedTuple):
    """Features of an utterance: f0_hz [T] (0 = unvoiced), power_db [T], mel_cepstrum [T, order + 1]."""

    f0_hz: np.ndarray
    power_db: np.ndarray
    mel_cepstrum: np.ndarray


class F0Errors(NamedTuple):
    """F0 errors of one utterance against another; NaN where too few aligned frames are voiced in both.

    Attributes
    ----------
    rmse_hz, rmse_cents : float
        Root mean square error over the aligned frames that are voiced in both.
    correlation : float
        Of log-F0, over the same frames.
    voicing_error : float
        Share of the aligned frames in which only one utterance is voiced.
    median_cents : float
        Median of F0 of the first minus F0 of the second, over the aligned frames that are voiced in both.
    """

    rmse_hz: float
    rmse_cents: float
    correlation: float
    voicing_error: float
    median_cents: float


class Score(NamedTuple):
    """Result of `score`: mcd_db, the F0 errors, and the number of frames on the alignment path."""

    mcd_db: float
    f0: F0Errors
    frames: int


def score(y, rate, reference, reference_rate, protocol=MCD24):
    """Compare a signal with another recording of the same sentence.

    Parameters
    ----------
    y, reference : ndarray [samples]
    rate, reference_rate : int
        In Hz. Both signals are compared at the lower rate, because an empty upper band adds 7 dB.
    protocol : Protocol
        Which frames and coefficients are compared.

    Returns
    -------
    score : Score

    Raises
    ------
    VconvError
        A signal is silent, not finite, shorter than three frames or too long to align.
    """
    common = min(rate, reference_rate)
    a, b = (
        select_frames(analyze(wav.resample(signal, signal_rate, common), common, protocol), protocol)
        for signal, signal_rate in ((y, rate), (reference, reference_rate))
    )
    path = align(a, b, protocol)
    return Score(mcd(a, b, path, protocol), f0_errors(a, b, path), len(path))


def analyze(y, rate, protocol=MCD24):
    """Return the `Frames` of a signal, silent ones included; errors as in `score`."""
    return describe(*analyze_spectrum(y, rate), rate, protocol)


def analyze_spectrum(y, rate):
    """Return (f0_hz [T], power spectrum [T, K]) of a signal, the first step of all protocols; errors as in `score`."""
    f0_hz = world.estimate_f0(y, rate, *F0_RANGE_HZ, method="harvest")
    if np.abs(y).max() < SILENCE:
        raise VconvError("the signal is silent, so it cannot be scored; check the recording")
    return f0_hz, world.estimate_spectrum(y, f0_hz, rate)


def describe(f0_hz, spectrum, rate, protocol=MCD24):
    """Return the `Frames` of an F0 contour [T] and a power spectrum [T, K], silent ones included."""
    alpha = mel_cepstrum.mel_alpha(rate) if protocol.alpha is None else protocol.alpha
    weights = np.ones(spectrum.shape[1])
    if protocol.frames == "two-sided power":
        weights[1:-1] = 2.0
    power_db = 10 * np.log10(spectrum @ (weights / weights.sum()))
    return Frames(f0_hz, power_db, mel_cepstrum.from_spectrum(spectrum, protocol.order, alpha))


def frame_mask(frames, protocol=MCD24):
    """Return which frames the protocol compares, bool [T].

    Raises
    ------
    VconvError
        The protocol compares no frame of this utterance, for example because none is voiced.
    """
    if protocol.frames == "voiced":
        counts = frames.f0_hz > 0
    else:
        mean_db = 10 * np.log10(np.mean(10 ** (frames.power_db / 10)))
        counts = frames.power_db > mean_db + protocol.threshold_db
    if not counts.any():
        raise VconvError(f"no frame is {protocol.frames}, and {protocol.name} takes no others; check the recording")
    return counts


def select_frames(frames, protocol=MCD24):
    """Return the `Frames` that the protocol compares; errors as in `frame_mask`."""
    counts = frame_mask(frames, protocol)
    return Frames(*(part[counts] for part in frames))


def align(a, b, protocol=MCD24):
    """Align two utterances by dynamic time warping.

    The distance is Euclidean on the protocol's coefficients. The steps (1, 0), (0, 1), (1, 1) have equal weights.

    Parameters
    ----------
    a, b : Frames
        As `select_frames` returns them.

    Returns
    -------
    path : ndarray [L, 2], int
        Indices into `a` and `b`, from (0, 0) to (Ta - 1, Tb - 1).

    Raises
    ------
    VconvError
        The distance matrix would have more than 10^8 cells (about 50 s against 50 s).
    """
    if len(a.f0_hz) * len(b.f0_hz) > MAX_CELLS:
        raise VconvError(
            f"{len(a.f0_hz)} frames against {len(b.f0_hz)} are too many to align; score sentences of less than 50 s"
        )
    return dtw(_compared(a, protocol).T, _compared(b, protocol).T, metric="euclidean")[1][::-1]


def mcd(a, b, path, protocol=MCD24):
    """Return the mel-cepstral distortion in dB between `a` and `b`, the mean over the alignment `path`.

    10 / ln 10 · sqrt(2 Σ (a_m - b_m)^2), with m from the protocol's lowest coefficient to its highest (Kubichek 1993,
    "Mel-cepstral distance measure for objective speech quality assessment").
    """
    difference = _compared(a, protocol)[path[:, 0]] - _compared(b, protocol)[path[:, 1]]
    return float(np.mean(DB * np.sqrt(2 * np.square(difference).sum(axis=1))))


def f0_errors(a, b, path):
    """Return the `F0Errors` of `a` against `b` over the alignment `path`."""
    a_hz, b_hz = a.f0_hz[path[:, 0]], b.f0_hz[path[:, 1]]
    both = (a_hz > 0) & (b_hz > 0)
    voicing_error = float(np.mean((a_hz > 0) != (b_hz > 0)))
    a_hz, b_hz = a_hz[both], b_hz[both]
    if not len(a_hz):
        return F0Errors(np.nan, np.nan, np.nan, voicing_error, np.nan)
    a_cents, b_cents = 1200 * np.log2(a_hz), 1200 * np.log2(b_hz)
    varies = a_cents.std() > 1e-9 and b_cents.std() > 1e-9
    return F0Errors(
        rmse_hz=float(np.sqrt(np.mean((a_hz - b_hz) ** 2))),
        rmse_cents=float(np.sqrt(np.mean((a_cents - b_cents) ** 2))),
        correlation=float(np.corrcoef(a_cents, b_cents)[0, 1]) if varies else np.nan,
        voicing_error=voicing_error,
        median_cents=float(np.median(a_cents - b_cents)),
    )


def _compared(frames, protocol):
    """Return the coefficients that the protocol compares, [T, order + 1 - lowest]."""
    return frames.mel_cepstrum[:, protocol.lowest :]
