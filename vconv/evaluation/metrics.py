"""Distances between two recordings of one sentence: mel-cepstral distortion and F0 error, on signals, without files."""
from typing import NamedTuple

import numpy as np
from librosa.sequence import dtw

from vconv.audio import mel_cepstrum, wav, world
from vconv.errors import VconvError

F0_RANGE_HZ = (60.0, 500.0)
SILENCE = 2.0 ** -15  # one step of a 16-bit file
MAX_CELLS = 10 ** 8
DB = 10 / np.log(10)


class Protocol(NamedTuple):
    """How frames are described and chosen; the same audio moves by up to 3 dB from one protocol to the next.

    `order` is the highest mel-cepstral coefficient compared (the lowest is c1), `threshold_db` the power above which
    a frame counts, relative to the mean power of its utterance.
    """

    name: str
    order: int
    threshold_db: float

    def __str__(self):
        """Return the line to print beside every number."""
        return (f"{self.name}: Harvest {F0_RANGE_HZ[0]:g}-{F0_RANGE_HZ[1]:g} Hz, CheapTrick, 5 ms, mel-cepstrum of "
                f"order {self.order} (alpha 0.41 at 16 kHz) without c0, frames above the mean power "
                f"{self.threshold_db:+g} dB, DTW, mean over the path, at the lower of the two rates")


MCD24 = Protocol("mcd24", order=24, threshold_db=-25.0)


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
    a, b = (active(analyse(wav.resample(signal, signal_rate, common), common, protocol), protocol)
            for signal, signal_rate in ((y, rate), (reference, reference_rate)))
    path = align(a, b)
    return Score(mcd(a, b, path), f0_errors(a, b, path), len(path))


def analyse(y, rate, protocol=MCD24):
    """Return the `Frames` of a signal, all of them; errors as in `score`."""
    f0_hz = world.estimate_f0(y, rate, *F0_RANGE_HZ, method="harvest")
    if np.abs(y).max() < SILENCE:
        raise VconvError("the signal is silent, so it cannot be scored; check the recording")
    spectrum = world.estimate_spectrum(y, f0_hz, rate)
    cepstrum = mel_cepstrum.from_spectrum(spectrum, protocol.order, mel_cepstrum.mel_alpha(rate))
    return Frames(f0_hz, 10 * np.log10(spectrum.mean(axis=1)), cepstrum)


def active(frames, protocol=MCD24):
    """Return the frames whose power lies above the utterance's mean power plus `protocol.threshold_db`."""
    mean_db = 10 * np.log10(np.mean(10 ** (frames.power_db / 10)))
    chosen = frames.power_db > mean_db + protocol.threshold_db
    return Frames(*(part[chosen] for part in frames))


def align(a, b):
    """Align two utterances by dynamic time warping.

    The distance is Euclidean on c1 and above; steps (1, 0), (0, 1), (1, 1) weigh the same.

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
        raise VconvError(f"{len(a.f0_hz)} frames against {len(b.f0_hz)} are too many to align; "
                         "score sentences of less than 50 s")
    return dtw(_shape(a).T, _shape(b).T, metric="euclidean")[1][::-1]


def mcd(a, b, path):
    """Return the mel-cepstral distortion in dB of `a` against `b`, the mean over the alignment `path`.

    Kubichek (1993), "Mel-cepstral distance measure for objective speech quality assessment":
    10 / ln 10 · sqrt(2 Σ (a_m - b_m)^2), m from 1 to the order.
    """
    difference = _shape(a)[path[:, 0]] - _shape(b)[path[:, 1]]
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
        median_cents=float(np.median(a_cents - b_cents)))


def _shape(frames):
    """Return the coefficients c1 and above: the spectrum without its level."""
    return frames.mel_cepstrum[:, 1:]
