"""WORLD vocoder: signal ↔ F0, spectral envelope and aperiodicity.

Morise, Yokomori and Ozawa (2016), "WORLD: a vocoder-based high-quality speech synthesis system for real-time
applications", IEICE Trans. Inf. & Syst. E99-D(7); computed by pyworld.
"""

from functools import lru_cache
from typing import NamedTuple

import numpy as np

from vconv.audio.f0_estimation import FRAME_PERIOD_MS, MIN_FRAMES, estimate_f0, frame_seconds, pyworld
from vconv.common.errors import VconvError

ENERGY_FLOOR = 1e-10
BAND_HZ, LOWEST_APERIODICITY_DB = 3000.0, -60.0  # of WORLD's bands of aperiodicity; the level is that at 0 Hz
BANDED_MIN_RATE = 12000  # Hz; WORLD has no aperiodicity bands at lower rates


class Analysis(NamedTuple):
    """WORLD's analysis of a signal, float64; frame t is centered at t · frame period, K = fft_size / 2 + 1.

    Attributes
    ----------
    f0_hz : ndarray [T]
        0 where unvoiced.
    spectrum : ndarray [T, K]
        Spectral envelope, as power.
    aperiodicity : ndarray [T, K]
        In [0, 1].
    """

    f0_hz: np.ndarray
    spectrum: np.ndarray
    aperiodicity: np.ndarray


def fft_size(rate):
    """Return WORLD's FFT size for `rate` Hz and an F0 of 71 Hz or more: 1024 at 16 kHz."""
    return pyworld.get_cheaptrick_fft_size(int(rate), 71.0)


def minimum_floor_hz(rate):
    """Return the lowest F0, in Hz, that CheapTrick can analyze with `fft_size(rate)`: 47 Hz at 16 kHz."""
    return pyworld.get_cheaptrick_f0_floor(int(rate), fft_size(rate))


def analyze(y, rate, floor_hz, ceiling_hz, method="autocorrelation", frame_period_ms=FRAME_PERIOD_MS):
    """Return the `Analysis` of a signal; parameters and errors as of `estimate_f0`.

    Where F0 is below `minimum_floor_hz(rate)`, the envelope is analyzed with that minimum, because CheapTrick would
    use 500 Hz without a warning. The F0 in the result does not change.
    """
    f0_hz = estimate_f0(y, rate, floor_hz, ceiling_hz, method, frame_period_ms)
    return analyze_with_f0(y, f0_hz, rate, frame_period_ms)


def analyze_with_f0(y, f0_hz, rate, frame_period_ms=FRAME_PERIOD_MS, first=0):
    """Return the `Analysis` of a signal `y` [samples] with F0 `f0_hz` [T], as `analyze` does.

    Frame t of `f0_hz` is centered at (`first` + t) · frame period.
    """
    y = np.ascontiguousarray(y, dtype=np.float64)
    spectrum = estimate_spectrum(y, f0_hz, rate, frame_period_ms, first)
    return Analysis(f0_hz, spectrum, estimate_aperiodicity(y, f0_hz, rate, frame_period_ms, first))


def estimate_aperiodicity(y, f0_hz, rate, frame_period_ms=FRAME_PERIOD_MS, first=0):
    """Return D4C's aperiodicity [T, K] of a signal; parameters as of `analyze_with_f0`."""
    # No threshold: the F0 estimator alone decides what is voiced. D4C's decision has more errors
    # (benchmarks/voicing.py) and needs power up to 7900 Hz, so that at 8 kHz no frame would be voiced.
    seconds = frame_seconds(f0_hz, frame_period_ms, first)
    return pyworld.d4c(y, f0_hz, seconds, int(rate), threshold=-np.inf, fft_size=fft_size(rate))


def estimate_spectrum(y, f0_hz, rate, frame_period_ms=FRAME_PERIOD_MS, first=0):
    """Return CheapTrick's spectral envelope, as power [T, K], of a signal; parameters as of `analyze_with_f0`."""
    y, f0_hz = (np.ascontiguousarray(array, dtype=np.float64) for array in (y, f0_hz))
    bounded_hz = np.where(f0_hz > 0, np.maximum(f0_hz, minimum_floor_hz(rate) * 1.0001), 0.0)
    seconds = frame_seconds(f0_hz, frame_period_ms, first)
    return pyworld.cheaptrick(y, bounded_hz, seconds, int(rate), fft_size=fft_size(rate))


def synthesize(f0_hz, spectrum, aperiodicity, rate, frame_period_ms=FRAME_PERIOD_MS):
    """Return the signal, float64 [T · frame period · rate], of WORLD features as in `Analysis`, of any float type.

    Raises
    ------
    VconvError
        The shapes do not fit together, a value is not finite, or there are fewer than three frames.
    """
    features = [np.ascontiguousarray(array, dtype=np.float64) for array in (f0_hz, spectrum, aperiodicity)]
    f0_hz, spectrum, aperiodicity = features
    shape = (len(f0_hz), fft_size(rate) // 2 + 1)
    if f0_hz.ndim != 1 or len(f0_hz) < MIN_FRAMES or spectrum.shape != shape or aperiodicity.shape != shape:
        raise VconvError(
            f"WORLD features of shapes {f0_hz.shape}, {spectrum.shape}, {aperiodicity.shape} cannot be "
            f"synthesized at {rate} Hz; they must be [T], [T, {shape[1]}], [T, {shape[1]}], "
            f"T >= {MIN_FRAMES}"
        )
    if not all(np.isfinite(array).all() for array in features):
        raise VconvError("WORLD features hold NaN or infinite values; nothing was synthesized")
    return pyworld.synthesize(f0_hz, spectrum, aperiodicity, int(rate), float(frame_period_ms))


def normalize_energy(spectrum):
    """Split a power spectrum into shape and energy (Hsu et al. 2016, arXiv 1610.04019).

    Parameters
    ----------
    spectrum : ndarray [T, K]
        Power.

    Returns
    -------
    log_spectrum : ndarray [T, K]
        log10((spectrum + 1e-10) / energy).
    energy : ndarray [T]
        The sum of spectrum + 1e-10 over the bins.
    """
    floored = np.asarray(spectrum, dtype=np.float64) + ENERGY_FLOOR
    energy = floored.sum(axis=-1)
    return np.log10(floored / energy[..., None]), energy


def restore_energy(log_spectrum, energy):
    """Return the power spectrum + 1e-10, float64 [T, K], of the results of `normalize_energy`."""
    return 10.0 ** np.asarray(log_spectrum, dtype=np.float64) * np.asarray(energy, dtype=np.float64)[..., None]


def code_aperiodicity(aperiodicity, rate):
    """Code aperiodicity as one number in dB per band of 3 kHz, as WORLD does.

    Parameters
    ----------
    aperiodicity : ndarray [T, K]
    rate : int
        In Hz.

    Returns
    -------
    coded : ndarray [T, bands], float64
        In dB; 1 band at 16 kHz, 5 at 44.1 kHz. Below 12 kHz WORLD has no bands, and each voiced frame is a line from
        -60 dB at 0 Hz to 0 dB at the Nyquist frequency; the one number is then the mean.
    """
    aperiodicity = np.ascontiguousarray(aperiodicity, dtype=np.float64)
    if rate < BANDED_MIN_RATE:
        return 20 * np.log10(aperiodicity).mean(axis=1, keepdims=True)
    return pyworld.code_aperiodicity(aperiodicity, int(rate))


def decode_aperiodicity(coded, rate):
    """Return the aperiodicity, float64 [T, K], of the result [T, bands] of `code_aperiodicity`."""
    coded = np.ascontiguousarray(coded, dtype=np.float64)
    if rate < BANDED_MIN_RATE:
        return 10 ** (coded * 2 * np.linspace(1, 0, fft_size(rate) // 2 + 1) / 20)
    return pyworld.decode_aperiodicity(coded, int(rate), fft_size(rate))


def interpolate_aperiodicity(coded, f0_hz, rate):
    """Return the aperiodicity, float64 [T, K], that `analyze` gave, from its code.

    It is exact at 16 and 48 kHz, and within 0.2 dB at 22.05 and 44.1 kHz, where 3 kHz lies between two bins. Other than
    `decode_aperiodicity`, it takes the voicing from F0 and does not guess it from the code.

    Parameters
    ----------
    coded : ndarray [T, bands]
        The result of `code_aperiodicity`.
    f0_hz : ndarray [T]
        0 where unvoiced.
    rate : int
        In Hz.
    """
    if rate < BANDED_MIN_RATE:
        return decode_aperiodicity(coded, rate)
    right, share = _bands(rate, coded.shape[1])
    aperiodicity = np.full((len(coded), len(share)), 1 - 1e-12)
    voiced = np.asarray(f0_hz) > 0
    levels_db = np.zeros((int(voiced.sum()), coded.shape[1] + 2))
    levels_db[:, 0], levels_db[:, 1:-1] = LOWEST_APERIODICITY_DB, coded[voiced]
    # Linear interpolation of all frames at once.
    aperiodicity[voiced] = 10 ** ((levels_db[:, right - 1] * (1 - share) + levels_db[:, right] * share) / 20)
    return aperiodicity


@lru_cache(maxsize=32)
def _bands(rate, bands):
    """Return, for each bin, the number of the band border to the right, and the share of its level."""
    frequencies = np.linspace(0, rate / 2, fft_size(rate) // 2 + 1)
    knots = np.append(BAND_HZ * np.arange(bands + 1), rate / 2)
    right = np.clip(np.searchsorted(knots, frequencies), 1, len(knots) - 1)
    share = (frequencies - knots[right - 1]) / (knots[right] - knots[right - 1])
    for array in (right, share):
        array.setflags(write=False)
    return right, share
