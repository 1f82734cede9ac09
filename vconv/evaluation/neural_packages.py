"""Shared by the metrics of the extra `neural`: loading a package, and preparing a signal for a network."""

import importlib

import numpy as np

from vconv.audio import wav
from vconv.audio.samples import SILENCE
from vconv.common.errors import VconvError

RATE = 16000  # of all the networks, in Hz
SHORTEST_S = 0.1


def package(name):
    """Import and return a package of the extra; a `VconvError` says how to install a missing one."""
    try:
        return importlib.import_module(name)
    except (ImportError, OSError, RuntimeError) as error:  # the last two: mismatched builds of PyTorch
        reason = (str(error).strip() or type(error).__name__).splitlines()[0].rstrip(".")
        raise VconvError(f"{name.split('.')[0]} cannot be loaded ({reason}); pip install 'vconv[neural]'") from error


def speech(y, rate):
    """Prepare a signal for a network.

    Parameters
    ----------
    y : ndarray [samples]
        Full scale is [-1, 1).
    rate : int
        Of `y`, in Hz.

    Returns
    -------
    y : ndarray [samples], float32
        At 16 kHz; scaled down if its peak would exceed 1.

    Raises
    ------
    VconvError
        The signal is not mono, shorter than 0.1 s, silent, or holds NaN or infinite samples.
    """
    y = np.asarray(y, dtype=np.float64)
    if y.ndim != 1 or len(y) < SHORTEST_S * rate:
        raise VconvError(f"a signal of shape {y.shape} at {rate} Hz cannot be scored; it must be mono and last 0.1 s")
    if not np.isfinite(y).all():
        raise VconvError("the signal holds NaN or infinite samples; export the recording again")
    if np.abs(y).max() < SILENCE:
        raise VconvError("the signal is silent, so it cannot be scored; check the recording")
    y = wav.resample(y, rate, RATE)
    return (y / max(1.0, np.abs(y).max())).astype(np.float32)
