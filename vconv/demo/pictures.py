"""Spectrogram and F0 of a recording, small enough to be sent to a page."""

import base64

import numpy as np

from vconv.audio.f0_estimation import estimate_f0, range_of_speaker

LONGEST_S = 30.0  # of a recording that are drawn
BANDS, COLUMNS = 128, 700  # of the spectrogram, at most
LOWEST_HZ = 60.0
RANGE_DB = 70.0
WINDOW_MS, SHORTEST_HOP_MS = 40.0, 4.0
FRAME_PERIOD_MS = 10.0  # of F0
LOWEST_POWER = 1e-12


def of_signal(y, rate):
    """Return spectrogram and F0 of a signal.

    Parameters
    ----------
    y : ndarray [samples]
        Three frames of F0 or more.
    rate : int
        In Hz.

    Returns
    -------
    picture : dict
        "seconds"; "f0_hz", a list with a value for each 10 ms, 0 where unvoiced; "mean_f0_hz", the geometric mean of
        the voiced frames, None without one; "bands", "columns", and "spectrogram": uint8 [columns, bands] in base64,
        255 at the peak, 0 at 70 dB or more below it; "lowest_hz", "highest_hz": centers of the outermost bands, which
        are equally spaced in octaves.
    """
    levels = _levels(y, rate)
    f0_hz = estimate_f0(y, rate, *range_of_speaker(y, rate), frame_period_ms=FRAME_PERIOD_MS)
    voiced = f0_hz[f0_hz > 0]
    return {
        "seconds": len(y) / rate,
        "f0_hz": np.round(f0_hz, 1).tolist(),
        "mean_f0_hz": float(np.exp(np.log(voiced).mean())) if len(voiced) else None,
        "columns": levels.shape[0],
        "bands": levels.shape[1],
        "lowest_hz": LOWEST_HZ,
        "highest_hz": rate / 2,
        "spectrogram": base64.b64encode(levels.tobytes()).decode(),
    }


def _levels(y, rate):
    """Return the spectrogram, uint8 [columns, bands], of a signal [samples]."""
    size = 2 * round(WINDOW_MS * rate / 2000)
    hop = max(round(SHORTEST_HOP_MS * rate / 1000), -(-(len(y) + 1) // COLUMNS))
    frames = np.lib.stride_tricks.sliding_window_view(np.pad(y, size // 2), size)[::hop]
    power = np.square(np.abs(np.fft.rfft(frames * np.hanning(size + 1)[:-1])))
    levels_db = 10 * np.log10(np.maximum(power, LOWEST_POWER))
    bins = np.geomspace(LOWEST_HZ, rate / 2, BANDS) * size / rate
    low = np.minimum(bins.astype(int), size // 2 - 1)
    bands_db = levels_db[:, low] + (bins - low) * (levels_db[:, low + 1] - levels_db[:, low])
    scaled = 1 + (bands_db - bands_db.max()) / RANGE_DB
    return np.round(255 * np.clip(scaled, 0, 1)).astype(np.uint8)
