"""WORLD analysis and synthesis: a signal becomes F0, spectral envelope and aperiodicity, and back.

Morise, Yokomori and Ozawa (2016), "WORLD: a vocoder-based high-quality speech synthesis system for real-time
applications", IEICE Trans. Inf. & Syst. E99-D(7); computed by pyworld.
"""

import warnings
from typing import NamedTuple

import numpy as np

from vconv.audio import wav
from vconv.common.errors import VconvError

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # pyworld imports pkg_resources, which warns that it is deprecated
    import pyworld

FRAME_PERIOD_MS = 5.0
ENERGY_FLOOR = 1e-10
MIN_FRAMES = 3
BANDED_MIN_RATE = 12000
HARVEST_RATE = 4000  # Hz; enough for low voices, at half the time
HARVEST_HARMONICS = 6  # that Harvest looks at


class Analysis(NamedTuple):
    """What WORLD says of a signal; float64, frame t is centered at t · frame period.

    f0_hz is [T] (0 where unvoiced), spectrum [T, K] is a power spectral envelope, aperiodicity [T, K] lies in [0, 1];
    K = fft_size / 2 + 1.
    """

    f0_hz: np.ndarray
    spectrum: np.ndarray
    aperiodicity: np.ndarray


def fft_size(rate):
    """Return WORLD's own choice of FFT size for `rate` Hz: 1024 at 16 kHz (it serves an F0 of 71 Hz or more)."""
    return pyworld.get_cheaptrick_fft_size(int(rate), 71.0)


def minimum_floor_hz(rate):
    """Return the lowest F0, in Hz, that CheapTrick can analyze with `fft_size(rate)`: 47 Hz at 16 kHz."""
    return pyworld.get_cheaptrick_f0_floor(int(rate), fft_size(rate))


def estimate_f0(y, rate, floor_hz, ceiling_hz, method="dio", frame_period_ms=FRAME_PERIOD_MS):
    """Estimate the fundamental frequency.

    Parameters
    ----------
    y : ndarray [samples]
    rate : int
        In Hz.
    floor_hz, ceiling_hz : float
        The range searched.
    method : {"dio", "harvest"}
        DIO followed by StoneMask, or Harvest: fewer errors, 20 times the time. Of a range that ends at 333 Hz or
        below Harvest gets no more than it looks at, 4 kHz.
    frame_period_ms : float

    Returns
    -------
    f0_hz : ndarray [T], float64
        0 where unvoiced; T = int(samples / rate / frame period) + 1.

    Raises
    ------
    VconvError
        The signal is not finite or shorter than three frames, the range is empty or the method unknown.
    """
    y = _checked(y, rate, frame_period_ms)
    if not 20.0 <= floor_hz < ceiling_hz <= rate / 4:
        raise VconvError(
            f"an F0 range of {floor_hz} to {ceiling_hz} Hz cannot be searched at {rate} Hz; "
            f"floor and ceiling must satisfy 20 <= floor < ceiling <= {rate / 4:g}"
        )
    settings = {"f0_floor": float(floor_hz), "f0_ceil": float(ceiling_hz), "frame_period": float(frame_period_ms)}
    if method == "harvest":
        if HARVEST_HARMONICS * ceiling_hz > HARVEST_RATE / 2:
            return pyworld.harvest(y, int(rate), **settings)[0]
        one_more = np.zeros(int(HARVEST_RATE * frame_period_ms / 1000) + 1)  # frame than there may be by rounding
        low = np.append(wav.resample(y, rate, HARVEST_RATE), one_more)
        return pyworld.harvest(low, HARVEST_RATE, **settings)[0][: _frames(y, rate, frame_period_ms)]
    if method == "dio":
        f0_hz, seconds = pyworld.dio(y, int(rate), **settings)
        return pyworld.stonemask(y, f0_hz, seconds, int(rate))
    raise VconvError(f"the F0 method {method!r} is unknown; choose one of: dio, harvest")


def analyze(y, rate, floor_hz, ceiling_hz, method="dio", frame_period_ms=FRAME_PERIOD_MS):
    """Return the `Analysis` of a signal; parameters and errors as in `estimate_f0`.

    An F0 below `minimum_floor_hz(rate)` is kept, and its envelope is analyzed as if it lay there: CheapTrick would
    silently take 500 Hz instead.
    """
    f0_hz = estimate_f0(y, rate, floor_hz, ceiling_hz, method, frame_period_ms)
    y = np.ascontiguousarray(y, dtype=np.float64)
    # No threshold: the F0 estimator says what is voiced. D4C would judge once more, and be wrong more often
    # (benchmarks/voicing.py); at 8 kHz it would find nothing voiced, for it asks for power up to 7900 Hz.
    aperiodicity = pyworld.d4c(
        y, f0_hz, _seconds(f0_hz, frame_period_ms), int(rate), threshold=-np.inf, fft_size=fft_size(rate)
    )
    return Analysis(f0_hz, estimate_spectrum(y, f0_hz, rate, frame_period_ms), aperiodicity)


def estimate_spectrum(y, f0_hz, rate, frame_period_ms=FRAME_PERIOD_MS):
    """Return CheapTrick's power spectral envelope [T, K] of `y` [samples] at the F0s `f0_hz` [T]."""
    y, f0_hz = (np.ascontiguousarray(part, dtype=np.float64) for part in (y, f0_hz))
    analysable = np.where(f0_hz > 0, np.maximum(f0_hz, minimum_floor_hz(rate) * 1.0001), 0.0)
    return pyworld.cheaptrick(y, analysable, _seconds(f0_hz, frame_period_ms), int(rate), fft_size=fft_size(rate))


def synthesize(f0_hz, spectrum, aperiodicity, rate, frame_period_ms=FRAME_PERIOD_MS):
    """Return the signal [T · frame period · rate], float64, of WORLD features of any float type.

    Raises
    ------
    VconvError
        The shapes do not belong together, a value is not finite, or there are fewer than three frames.
    """
    features = [np.ascontiguousarray(part, dtype=np.float64) for part in (f0_hz, spectrum, aperiodicity)]
    f0_hz, spectrum, aperiodicity = features
    shape = (len(f0_hz), fft_size(rate) // 2 + 1)
    if f0_hz.ndim != 1 or len(f0_hz) < MIN_FRAMES or spectrum.shape != shape or aperiodicity.shape != shape:
        raise VconvError(
            f"WORLD features of shapes {f0_hz.shape}, {spectrum.shape}, {aperiodicity.shape} cannot be "
            f"synthesized at {rate} Hz; they must be [T], [T, {shape[1]}], [T, {shape[1]}], "
            f"T >= {MIN_FRAMES}"
        )
    if not all(np.isfinite(part).all() for part in features):
        raise VconvError("WORLD features hold NaN or infinite values; nothing was synthesized")
    return pyworld.synthesize(f0_hz, spectrum, aperiodicity, int(rate), float(frame_period_ms))


def normalize_energy(spectrum):
    """Split a power spectrum into shape and energy (Hsu et al. 2016, arXiv:1610.04019).

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
    """Return the power spectrum [T, K] of `normalize_energy`'s results; it keeps the 1e-10, so it is never 0."""
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
        1 band at 16 kHz, 5 at 44.1 kHz. WORLD has none below 12 kHz, where every voiced frame is the line from -60 dB
        at 0 Hz to 0 dB at the Nyquist frequency; there the one band is the mean in dB.
    """
    aperiodicity = np.ascontiguousarray(aperiodicity, dtype=np.float64)
    if rate < BANDED_MIN_RATE:
        return 20 * np.log10(aperiodicity).mean(axis=1, keepdims=True)
    return pyworld.code_aperiodicity(aperiodicity, int(rate))


def decode_aperiodicity(coded, rate):
    """Return the aperiodicity [T, K] of `code_aperiodicity`'s result [T, bands]."""
    coded = np.ascontiguousarray(coded, dtype=np.float64)
    if rate < BANDED_MIN_RATE:
        return 10 ** (coded * 2 * np.linspace(1, 0, fft_size(rate) // 2 + 1) / 20)
    return pyworld.decode_aperiodicity(coded, int(rate), fft_size(rate))


def _seconds(f0_hz, frame_period_ms):
    """Return the times [T] of the frames."""
    return np.arange(len(f0_hz)) * (frame_period_ms / 1000.0)


def _frames(y, rate, frame_period_ms):
    """Return T, computed in the order of WORLD, as to rounding."""
    return int(1000 * len(y) / rate / frame_period_ms) + 1


def _checked(y, rate, frame_period_ms):
    """Return `y` as pyworld needs it or raise a VconvError."""
    y = np.ascontiguousarray(y, dtype=np.float64)
    if y.ndim != 1:
        raise VconvError(f"a signal of shape {y.shape} cannot be analyzed; it must be mono, [samples]")
    frames = _frames(y, rate, frame_period_ms) if len(y) else 0
    if frames < MIN_FRAMES:
        raise VconvError(
            f"{len(y)} samples at {rate} Hz are {frames} frames of {frame_period_ms:g} ms; "
            f"WORLD needs at least {MIN_FRAMES}"
        )
    if not np.isfinite(y).all():
        raise VconvError("the signal holds NaN or infinite samples; export the recording again")
    return y
