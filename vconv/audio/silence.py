"""Source silence: the recording's own signal in the pauses of its conversion."""

import numpy as np

from vconv.audio import loudness
from vconv.audio.smoothing import gaussian_filter1d

FADE_FRAMES = 1.0  # standard deviation of the Gaussian that fades between speech and pause
BACKGROUND_QUANTILE = 0.05  # of the power of blocks of 20 ms, without digital silence
LOUDEST_DB = -30.0  # of the background in the result, relative to the mean power; that of studios is weaker


def keep_source_silence(converted, recording, mask, rate, frame_period_ms):
    """Return a converted signal whose pauses are those of the recording.

    A vocoder replaces the noise of the room by synthetic noise, whose level fluctuates with the measured envelope. The
    background of a noisy room, or hum, is attenuated to `LOUDEST_DB`. Breaths and clicks in pauses are attenuated by as
    much.

    Parameters
    ----------
    converted, recording : ndarray [samples]
        They begin at the same time; after its end the recording counts as silent. The median of its pauses is
        subtracted, because a constant offset would click where speech begins.
    mask : ndarray [T], bool
        The speech mask; frame t is centered at t · frame_period_ms.
    rate : int
        In Hz.
    frame_period_ms : float

    Returns
    -------
    y : ndarray, float64
        As long as `converted`.
    """
    weight = gaussian_filter1d(np.asarray(mask, np.float64), FADE_FRAMES)
    frames = np.arange(len(converted)) * (1000 / rate / frame_period_ms)
    weight = np.interp(frames, np.arange(len(weight)), weight)
    background = np.zeros(len(converted))
    background[: len(recording)] = recording[: len(converted)]
    pause = weight[: len(recording)] < 0.5
    if pause.any():
        background[: len(recording)] -= np.median(background[: len(recording)][pause])
        background *= _gain(background[: len(recording)], rate)
    return background + weight * (converted - background)


def _gain(recording, rate):
    """Return the gain, at most 1, that attenuates the background of a recording without offset to `LOUDEST_DB`."""
    power = loudness.block_power(recording, rate)
    sounding, loudest = power[power > 0], power.mean() * 10 ** (LOUDEST_DB / 10)
    background = np.quantile(sounding, BACKGROUND_QUANTILE) if len(sounding) else 0.0
    return np.sqrt(loudest / background) if background > loudest else 1.0
