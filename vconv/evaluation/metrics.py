"""Distances between two recordings of one sentence: mel-cepstral distortion and F0 error, on signals, without files."""

from typing import NamedTuple

import numpy as np
from librosa.sequence import dtw

from vconv.audio import mel_cepstrum, wav, world
from vconv.common.errors import VconvError
from vconv.evaluation.protocols import F0_RANGE_HZ, MCD24

SILENCE = 2.0**-15  # one step of a 16-bit file
MAX_CELLS = 10**8
DB = 10 / np.log(10)


class Frames(NamedTuple):
    """An utterance as the metrics see it: f0_hz [T] (0 = unvoiced), power_db [T], mel_cepstrum [T, order + 1]."""

    f0_hz: np.ndarray
    power_db: np.ndarray
    mel_cepstrum: np.ndarray


class F0Errors(NamedTuple):
    """F0 of one utterance against another; NaN where too few aligned frames are voiced in both.

    rmse_hz, rmse_cents and correlation (of log-F0) are over the aligned frames voiced in both, and so is median_cents,
    the shift by which the first lies above the second; voicing_error is the share of aligned frames where only one
    is voiced.
    """

    rmse_hz: float
    rmse_cents: float
    correlation: float
    voicing_error: float
    median_cents: float


class Score(NamedTuple):
    """What `score` measures: mcd_db, the F0 errors, and the number of frames on the alignment path."""

    mcd_db: float
    f0: F0Errors
    frames: int


def score(y, rate, reference, reference_rate, protocol=MCD24):
    """Measure a signal against another recording of the same sentence.

    Parameters
    ----------
    y, reference : ndarray [samples]
    rate, reference_rate : int
        In Hz; both are scored at the lower one, since an empty upper band alone adds 7 dB.
    protocol : Protocol

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
        active(analyze(wav.resample(signal, signal_rate, common), common, protocol), protocol)
        for signal, signal_rate in ((y, rate), (reference, reference_rate))
    )
    path = align(a, b, protocol)
    return Score(mcd(a, b, path, protocol), f0_errors(a, b, path), len(path))


def analyze(y, rate, protocol=MCD24):
    """Return the `Frames` of a signal, all of them; errors as in `score`."""
    return describe(*analyse_spectrum(y, rate), rate, protocol)


def analyse_spectrum(y, rate):
    """Return (f0_hz [T], power spectrum [T, K]) of a signal, what all protocols begin with; errors as in `score`."""
    f0_hz = world.estimate_f0(y, rate, *F0_RANGE_HZ, method="harvest")
    if np.abs(y).max() < SILENCE:
        raise VconvError("the signal is silent, so it cannot be scored; check the recording")
    return f0_hz, world.estimate_spectrum(y, f0_hz, rate)


def describe(f0_hz, spectrum, rate, protocol=MCD24):
    """Return the `Frames` of an F0 contour and power spectrum, all of them."""
    alpha = mel_cepstrum.mel_alpha(rate) if protocol.alpha is None else protocol.alpha
    weights = np.ones(spectrum.shape[1])
    if protocol.frames == "two-sided power":
        weights[1:-1] = 2.0
    power_db = 10 * np.log10(spectrum @ (weights / weights.sum()))
    return Frames(f0_hz, power_db, mel_cepstrum.from_spectrum(spectrum, protocol.order, alpha))


def is_active(frames, protocol=MCD24):
    """Return which of the frames the protocol counts, bool [T].

    Raises
    ------
    VconvError
        It counts none: no frame is voiced.
    """
    if protocol.frames == "voiced":
        counts = frames.f0_hz > 0
    else:
        mean_db = 10 * np.log10(np.mean(10 ** (frames.power_db / 10)))
        counts = frames.power_db > mean_db + protocol.threshold_db
    if not counts.any():
        raise VconvError(f"no frame is {protocol.frames}, and {protocol.name} takes no others; check the recording")
    return counts


def active(frames, protocol=MCD24):
    """Return the frames that the protocol counts; errors as in `is_active`."""
    counts = is_active(frames, protocol)
    return Frames(*(part[counts] for part in frames))


def align(a, b, protocol=MCD24):
    """Align two utterances by dynamic time warping.

    The distance is Euclidean on the protocol's coefficients; steps (1, 0), (0, 1), (1, 1) weigh the same.

    Parameters
    ----------
    a, b : Frames
        Their active frames.

    Returns
    -------
    path : ndarray [L, 2], int
        Indices into `a` and `b`, from (0, 0) to (Ta - 1, Tb - 1).

    Raises
    ------
    VconvError
        The table of distances would have more than 10^8 cells (about 50 s against 50 s).
    """
    if len(a.f0_hz) * len(b.f0_hz) > MAX_CELLS:
        raise VconvError(
            f"{len(a.f0_hz)} frames against {len(b.f0_hz)} are too many to align; score sentences of less than 50 s"
        )
    return dtw(_compared(a, protocol).T, _compared(b, protocol).T, metric="euclidean")[1][::-1]


def mcd(a, b, path, protocol=MCD24):
    """Return the mel-cepstral distortion in dB of `a` against `b`, the mean over the alignment `path`.

    Kubichek (1993), "Mel-cepstral distance measure for objective speech quality assessment":
    10 / ln 10 · sqrt(2 Σ (a_m - b_m)^2), m from the protocol's lowest coefficient to its highest.
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
    """Return the coefficients the protocol compares, [T, order + 1 - lowest]."""
    return frames.mel_cepstrum[:, protocol.lowest :]
