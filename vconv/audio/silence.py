"""Source silence: the recording's own signal in the pauses of its conversion."""

import numpy as np

from vconv.audio import loudness
from vconv.audio.smoothing import gaussian_filter1d

FADE_FRAMES = 1.0  # standard deviation of the Gaussian that fades between speech and pause
BACKGROUND_QUANTILE = 0.05  # of the power of blocks of 20 ms, without digital silence
PAUSE_WEIGHT = 0.5  # samples with a lower weight are in a pause
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
    weight = weights(smoothed(mask), 0, len(converted), rate, frame_period_ms)
    background = np.zeros(len(converted))
    background[: len(recording)] = recording[: len(converted)]
    pause = weight[: len(recording)] < PAUSE_WEIGHT
    if pause.any():
        background[: len(recording)] -= np.median(background[: len(recording)][pause])
        background *= background_gain(loudness.block_power(background[: len(recording)], rate))
    return background + weight * (converted - background)


def smoothed(mask):
    """Return the share of the converted signal in each frame, [T], from the speech mask [T]."""
    return gaussian_filter1d(np.asarray(mask, np.float64), FADE_FRAMES)


def weights(share, first, samples, rate, frame_period_ms):
    """Return the share of the converted signal in so many samples from `first` on; `share` is that of the frames."""
    frames = np.arange(first, first + samples) * (1000 / rate / frame_period_ms)
    near = slice(int(frames[0]), int(frames[-1]) + 2)
    return np.interp(frames, np.arange(len(share))[near], share[near])


def background_gain(power):
    """Return the gain, at most 1, that attenuates a background to `LOUDEST_DB`.

    Parameters
    ----------
    power : ndarray [blocks]
        `loudness.block_power` of the recording without its offset.
    """
    sounding, loudest = power[power > 0], power.mean() * 10 ** (LOUDEST_DB / 10)
    background = np.quantile(sounding, BACKGROUND_QUANTILE) if len(sounding) else 0.0
    return np.sqrt(loudest / background) if background > loudest else 1.0
