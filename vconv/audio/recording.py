"""Audio files of any length: what mixing needs to know about the whole, and the mixed signal block by block."""

from pathlib import Path
from typing import NamedTuple

import numpy as np

from vconv.audio import block_resampling, decoding, samples
from vconv.common.errors import VconvError

BLOCK = 1 << 16  # samples at once; fixed, so that sums do not depend on how the file is read


class Recording(NamedTuple):
    """An audio file that was read once.

    Attributes
    ----------
    path : Path
    rate : int
        In Hz.
    samples : int
        Of each channel; counted, because a header may be wrong.
    channel : int or None
        The channel that stands for all; None for their mean.
    full_scale : float
        1.0, or 32768.0 for floating-point samples at the scale of 16-bit integers.
    """

    path: Path
    rate: int
    samples: int
    channel: int | None
    full_scale: float

    @property
    def seconds(self):
        """Duration."""
        return self.samples / self.rate

    def blocks(self, rate):
        """Yield the signal of one channel at `rate` Hz, float64 [n]; full scale is [-1, 1)."""
        mixed = (
            (block.mean(axis=1) if self.channel is None else block[:, self.channel]) / self.full_scale
            for block in decoding.blocks(self.path)
        )
        return block_resampling.resample(mixed, self.rate, rate)


def is_longer(path, seconds):
    """Return whether an audio file lasts longer than so many seconds; False if it cannot be read.

    The samples are counted, but no more than are needed to know.
    """
    try:
        rate, count = decoding.format_of(path)[0], 0
        for block in decoding.blocks(path):
            count += len(block)
            if count > seconds * rate:
                return True
    except VconvError:  # told by whoever reads it next
        pass
    return False


def scan(path, report=None):
    """Read an audio file of any length once, in constant memory.

    Parameters
    ----------
    path : str or Path
    report : callable, optional
        Gets a sentence about each oddity that was mended, as of `wav.read`.

    Returns
    -------
    recording : Recording

    Raises
    ------
    VconvError
        The file is unreadable, empty or silent, holds NaN or infinite samples, or its scale is unknown.
    """
    rate, channels = decoding.format_of(path)
    count, power = 0, np.zeros(channels + 1)  # of each channel, then of their mean
    highest, lowest = np.full(channels + 1, -np.inf), np.full(channels + 1, np.inf)
    for block in block_resampling.rechunk(decoding.blocks(path), BLOCK):
        if not np.isfinite(block).all():
            raise VconvError(f"{path}: holds NaN or infinite samples; export the recording again")
        block = np.column_stack([block, block.mean(axis=1)])
        count, power = count + len(block), power + np.square(block).sum(axis=0)
        highest, lowest = np.maximum(highest, block.max(axis=0)), np.minimum(lowest, block.min(axis=0))
    if not count:
        raise VconvError(f"{path}: {decoding.why_empty(path)}")
    channel, mixed = samples.uncanceled_channel(power[:-1], power[-1]) if channels > 1 else (None, "")
    column = -1 if channel is None else channel
    try:
        full_scale, scaled = samples.full_scale_of(float(max(highest[column], -lowest[column])))
    except VconvError as error:
        raise VconvError(f"{path}: {error}") from error
    if (highest[column] - lowest[column]) / full_scale < 2 * samples.SILENCE:
        raise VconvError(f"{path}: is silent; remove it or record it again")
    for note in filter(None, (mixed, scaled)):
        if report:
            report(note)
    return Recording(Path(path), rate, count, channel, full_scale)
