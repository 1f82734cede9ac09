"""A filter that changes over time: each frame of a signal gets another spectrum, its phases stay."""

import numpy as np

WINDOW_S = 0.03


def filter_frames(y, gain, rate, frame_period_ms):
    """Return a signal, filtered without delay.

    Windowed pieces around each frame go through its filter and are added up. The filters have zero phase; the transform
    is long enough for what they ring before and after a piece.

    Parameters
    ----------
    y : ndarray [samples], float64
    gain : ndarray [T, K]
        Of the amplitudes, K frequencies from 0 to half the rate; frame t lies at t · frame_period_ms.
    rate : int
        In Hz.
    frame_period_ms : float

    Returns
    -------
    filtered : ndarray [samples], float64
    """
    half, ring = round(WINDOW_S * rate / 2), 2 * (gain.shape[1] - 1)
    window, size = np.hanning(2 * half + 1), ring + 2 * half + 1
    frequencies = np.linspace(0, gain.shape[1] - 1, size // 2 + 1)
    margin = half + ring // 2
    padded = np.pad(y, margin)
    said, weight = np.zeros(len(padded) + size), np.zeros(len(padded))
    for number, amplitudes in enumerate(gain):
        first = round(number * rate * frame_period_ms / 1000) + ring // 2
        piece = padded[first : first + len(window)]
        if len(piece) < len(window):
            break
        transform = np.fft.rfft(piece * window, size) * np.interp(frequencies, np.arange(gain.shape[1]), amplitudes)
        # What rings before the piece stands at the end of the transform, which wraps around.
        said[first - ring // 2 : first - ring // 2 + size] += np.roll(np.fft.irfft(transform, size), ring // 2)
        weight[first : first + len(window)] += window
    there = slice(margin, margin + len(y))
    return said[there] / np.maximum(weight[there], weight.max() / 4)  # fewer pieces overlap at the ends
