"""Samples as bytes: raw PCM of several encodings ↔ arrays."""

from typing import NamedTuple

import numpy as np

BYTES = {"s16le": 2, "s24le": 3, "s32le": 4, "f32le": 4}  # of a sample, by the names that ffmpeg uses


class PcmFormat(NamedTuple):
    """The format of raw PCM.

    Attributes
    ----------
    rate : int
        In Hz.
    encoding : str
        One of `BYTES`: little-endian integers of 16, 24 or 32 bits, or floating-point numbers of 32 bits.
    channels : int
    """

    rate: int
    encoding: str
    channels: int

    @property
    def frame_bytes(self):
        """Bytes of one sample of all channels."""
        return BYTES[self.encoding] * self.channels


def decode(data, encoding):
    """Return bytes, a whole number of samples, as float64 [n]; integers are scaled to [-1, 1)."""
    if encoding == "f32le":
        return np.frombuffer(data, "<f4").astype(np.float64)
    width = BYTES[encoding]
    highest_bytes = np.zeros((len(data) // width, 4), np.uint8)
    highest_bytes[:, 4 - width :] = np.frombuffer(data, np.uint8).reshape(-1, width)
    return highest_bytes.view("<i4")[:, 0] / 2.0**31


def encode(y, encoding):
    """Return a signal [n] as bytes; integers are rounded, and clipped to [-1, 1)."""
    if encoding == "f32le":
        return y.astype("<f4").tobytes()
    width = BYTES[encoding]
    full_scale = 2.0 ** (8 * width - 1)
    integers = np.clip(np.round(y * full_scale), -full_scale, full_scale - 1).astype("<i4")
    return integers.view(np.uint8).reshape(-1, 4)[:, :width].tobytes()


def mono(data, form):
    """Return bytes, a whole number of frames of a `PcmFormat`, as one channel, float64 [n]: the mean of the channels.

    The channels are added one after the other, so that a sample does not depend on how many come with it.
    """
    return sum(decode(data, form.encoding).reshape(-1, form.channels).T) / form.channels
