"""F0 of a signal: autocorrelation with dynamic programming, or WORLD's estimators DIO and Harvest."""

import importlib.metadata
import sys
from types import ModuleType

import numpy as np

from vconv.audio import f0, f0_autocorrelation, wav
from vconv.common.errors import VconvError


def _import_pyworld():
    """Return the module pyworld; releases before 0.3.6 import pkg_resources, for their own version only.

    A module with that one function takes its place, because it takes 0.1 s and setuptools 81 has dropped it.
    """
    stand_in = ModuleType("pkg_resources")
    stand_in.get_distribution = importlib.metadata.distribution
    added = sys.modules.setdefault("pkg_resources", stand_in) is stand_in
    try:
        import pyworld
    finally:
        if added:
            del sys.modules["pkg_resources"]
    return pyworld


pyworld = _import_pyworld()

FRAME_PERIOD_MS = 5.0
DEFAULT_METHOD = "autocorrelation"  # fewest errors outside the studio (docs/robustness.md)
MIN_FRAMES = 3
LARGEST_REFINEMENT = 0.1  # of F0
HARVEST_RATE = 4000  # Hz; enough for low F0 ranges, at half the time
HARVEST_HARMONICS = 6  # that Harvest uses


def estimate_f0(
    y, rate, floor_hz, ceiling_hz, method="autocorrelation", frame_period_ms=FRAME_PERIOD_MS, background=None
):
    """Estimate the fundamental frequency.

    Parameters
    ----------
    y : ndarray [samples]
    rate : int
        In Hz.
    floor_hz, ceiling_hz : float
        The range searched.
    method : {"autocorrelation", "dio", "harvest"}
        Autocorrelation (`vconv.audio.f0_autocorrelation`) makes the fewest errors outside the studio
        (docs/robustness.md). It and DIO are refined by StoneMask. Harvest takes 20 times as long.
    frame_period_ms : float
    background : f0_background.Background, optional
        For the autocorrelation of a part of a recording, that of the whole; that of `y` when left out.

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
        return _harvest(y, rate, settings)
    if method == "dio":
        f0_hz, seconds = pyworld.dio(y, int(rate), **settings)
        return pyworld.stonemask(y, f0_hz, seconds, int(rate))
    if method == "autocorrelation":
        f0_hz = f0_autocorrelation.estimate(y, rate, floor_hz, ceiling_hz, frame_period_ms, background)
        return refine(y, f0_hz, rate, frame_period_ms)
    raise VconvError(f"the F0 method {method!r} is unknown; choose one of: autocorrelation, dio, harvest")


def range_of_speaker(y, rate, frame_period_ms=FRAME_PERIOD_MS):
    """Return the F0 range (floor, ceiling), in Hz, of the speaker of a signal; the widest if no frame is voiced."""
    f0_hz = estimate_f0(y, rate, *f0.WIDE_RANGE_HZ, frame_period_ms=frame_period_ms)
    return f0.find_range(f0_hz) if f0_hz.any() else f0.WIDE_RANGE_HZ


def refine(y, f0_hz, rate, frame_period_ms=FRAME_PERIOD_MS, first=0):
    """Return F0 [T] refined by StoneMask from the phases of the harmonics, where both agree within 10 %.

    `y` [samples] is the signal; frame t of `f0_hz` is centered at (`first` + t) · frame period.
    """
    refined = pyworld.stonemask(y, f0_hz, frame_seconds(f0_hz, frame_period_ms, first), int(rate))
    return np.where(np.abs(refined - f0_hz) < LARGEST_REFINEMENT * f0_hz, refined, f0_hz)


def frame_seconds(f0_hz, frame_period_ms, first=0):
    """Return the times [T] of the frames of `f0_hz` [T], in seconds; `first` is the number of the first of them."""
    return (first + np.arange(len(f0_hz))) * (frame_period_ms / 1000.0)


def _harvest(y, rate, settings):
    """Return F0 [T] by Harvest; with a ceiling of 333 Hz or less, from the signal resampled to 4 kHz."""
    if HARVEST_HARMONICS * settings["f0_ceil"] > HARVEST_RATE / 2:
        return pyworld.harvest(y, int(rate), **settings)[0]
    frame_period_ms = settings["frame_period"]
    # Pad by one frame: WORLD's frame count may round up.
    padding = np.zeros(int(HARVEST_RATE * frame_period_ms / 1000) + 1)
    low_rate = np.append(wav.resample(y, rate, HARVEST_RATE), padding)
    return pyworld.harvest(low_rate, HARVEST_RATE, **settings)[0][: _frames(y, rate, frame_period_ms)]


def _frames(y, rate, frame_period_ms):
    """Return T, in WORLD's order of operations, so that rounding agrees."""
    return int(1000 * len(y) / rate / frame_period_ms) + 1


def _checked(y, rate, frame_period_ms):
    """Return `y` as contiguous float64, or raise a VconvError if it cannot be analyzed."""
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
