"""Samples as files and arrays hold them → one channel whose full scale is [-1, 1)."""

import numpy as np

from vconv.common.errors import VconvError

SILENCE = 2.0**-15  # one step of a 16-bit file
CANCELED = 0.1  # RMS of the mean of the channels, relative to that of the loudest channel
LOUDEST = 16.0  # 24 dB above full scale: no recording of floating-point samples is that loud
FULL_SCALE = 32768.0  # of 16-bit samples


def is_silent(y):
    """Return whether the samples [samples] differ by less than two steps of a 16-bit file; an offset does not count."""
    return not len(y) or float(np.ptp(y)) < 2 * SILENCE


def to_mono(channels):
    """Mix channels down.

    Parameters
    ----------
    channels : ndarray [samples, C]

    Returns
    -------
    y : ndarray [samples]
        The mean of the channels, or the loudest channel if they cancel each other.
    note : str
        What is to be told about that; empty for the mean.
    """
    y = channels.mean(axis=1)
    if channels.shape[1] == 1 or not len(y):
        return y, ""
    channel, note = uncanceled_channel(np.square(channels).mean(axis=0), np.square(y).mean())
    return y if channel is None else channels[:, channel], note


def uncanceled_channel(power, power_of_mean):
    """Return which channel stands for all, None for their mean, and what is to be told about that.

    Parameters
    ----------
    power : ndarray [C]
        Mean power of each channel.
    power_of_mean : float
        Mean power of the mean of the channels.
    """
    if power_of_mean >= CANCELED**2 * power.max():
        return None, ""
    loudest = int(power.argmax())
    return loudest, f"its channels cancel each other, so channel {loudest + 1} is used"


def to_full_scale(y):
    """Scale samples whose full scale is that of 16-bit integers.

    Parameters
    ----------
    y : ndarray [samples], float64

    Returns
    -------
    y : ndarray [samples], float64
        Divided by 32768 if its peak is above 16.
    note : str
        What is to be told about that; empty if nothing was changed.

    Raises
    ------
    VconvError
        The peak is too high for 16-bit integers, too.
    """
    full_scale, note = full_scale_of(float(np.abs(y).max(initial=0.0)))
    return y / full_scale if note else y, note


def full_scale_of(peak):
    """Return the full scale of samples with a peak, 1.0 or 32768.0, and the note; errors as of `to_full_scale`."""
    if not peak > LOUDEST:
        return 1.0, ""
    if peak > 2 * FULL_SCALE:
        raise VconvError(f"its samples reach {peak:.6g}, but full scale is 1; export it again with 16 or 24 bits")
    note = f"its samples reach {peak:.6g}, so they are taken for 16-bit integers and divided by 32768"
    return FULL_SCALE, note


def of_array(samples):
    """Return an array [samples] as float64; integers, of at most 32 bits, are scaled to [-1, 1) by their type.

    Raises
    ------
    VconvError
        The array has another shape, holds no numbers, NaN or infinity, or floating-point samples far above 1.
    """
    y = np.asarray(samples)
    if y.ndim != 1 or y.dtype.kind not in "fiu" or (y.dtype.kind != "f" and y.dtype.itemsize > 4):
        raise VconvError(
            f"an array of {y.dtype} of shape {y.shape} is no signal; give finite samples of shape [samples], "
            "as floating-point numbers or as integers of at most 32 bits"
        )
    if y.dtype.kind in "iu":
        half = 2.0 ** (8 * y.dtype.itemsize - 1)
        return y / half - (y.dtype.kind == "u")
    y = y.astype(np.float64)
    if not np.isfinite(y).all():
        raise VconvError("an array with NaN or infinity is no signal; give finite samples of shape [samples]")
    if to_full_scale(y)[1]:
        raise VconvError(
            f"the samples reach {np.abs(y).max():.6g}, but the full scale of floating-point samples is 1; "
            "divide them by 32768, or give them as int16"
        )
    return y
