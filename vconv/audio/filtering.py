"""Time-varying filtering: each frame of a signal is filtered with its own gain; phases do not change."""

import numpy as np

WINDOW_S = 0.03


def filter_frames(y, gain, rate, frame_period_ms):
    """Filter a signal by overlap-add, without delay.

    The windowed segment around each frame is filtered in the frequency domain and added to the output. The filters have
    zero phase. The transform is long enough for their response before and after a segment.

    Parameters
    ----------
    y : ndarray [samples], float64
    gain : ndarray [T, K]
        Factor on the amplitude at K frequencies from 0 to half the rate; frame t is centered at t · frame_period_ms.
    rate : int
        In Hz.
    frame_period_ms : float

    Returns
    -------
    filtered : ndarray [samples], float64
    """
    half, response = round(WINDOW_S * rate / 2), 2 * (gain.shape[1] - 1)
    window, size = np.hanning(2 * half + 1), response + 2 * half + 1
    frequencies = np.linspace(0, gain.shape[1] - 1, size // 2 + 1)
    margin = half + response // 2
    padded = np.pad(y, margin)
    filtered, weight = np.zeros(len(padded) + size), np.zeros(len(padded))
    for frame, frame_gain in enumerate(gain):
        first = round(frame * rate * frame_period_ms / 1000) + response // 2
        segment = padded[first : first + len(window)]
        if len(segment) < len(window):
            break
        transform = np.fft.rfft(segment * window, size) * np.interp(frequencies, np.arange(gain.shape[1]), frame_gain)
        # The transform is periodic: the response before the segment is at its end.
        start = first - response // 2
        filtered[start : start + size] += np.roll(np.fft.irfft(transform, size), response // 2)
        weight[first : first + len(window)] += window
    inside = slice(margin, margin + len(y))
    return filtered[inside] / np.maximum(weight[inside], weight.max() / 4)  # fewer segments overlap at the ends
