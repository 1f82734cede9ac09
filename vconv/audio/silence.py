"""PAUSES: where nobody speaks, a conversion sounds as the recording does; its room needs no other voice."""

import numpy as np
from scipy.ndimage import gaussian_filter1d

FADE_FRAMES = 1.0  # standard deviation of the Gaussian between speech and pause


def put_back(made, recording, spoken, rate, frame_period_ms):
    """Return the signal `made` with the recording it was made of in its pauses.

    A vocoder says the noise of a room as noise of its own, which flutters as much as the envelope that was measured.

    Parameters
    ----------
    made, recording : ndarray [samples]
        They begin together; behind the end of the recording there is silence. A constant offset of its pauses
        stays out, for it would click where speech, which has none, begins.
    spoken : ndarray [T], bool
        Which frames are no pause; frame t lies at t · frame_period_ms.
    rate : int
        In Hz.
    frame_period_ms : float

    Returns
    -------
    y : ndarray, float64
        As long as `made`.
    """
    weight = gaussian_filter1d(np.asarray(spoken, np.float64), FADE_FRAMES)
    frames = np.arange(len(made)) * (1000 / rate / frame_period_ms)
    weight = np.interp(frames, np.arange(len(weight)), weight)
    own = np.zeros(len(made))
    own[: len(recording)] = recording[: len(made)]
    quiet = weight[: len(recording)] < 0.5
    if quiet.any():
        own[: len(recording)] -= np.median(own[: len(recording)][quiet])
    return own + weight * (made - own)
