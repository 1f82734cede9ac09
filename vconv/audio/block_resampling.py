"""Signals that come in blocks: cut on a fixed grid, and resampled in constant memory."""

import numpy as np

from vconv.audio import wav

HOP_S = 8  # seconds from one segment to the next; whole, so that segments begin at a sample at both rates
FADE_S = 1  # seconds over which a segment fades into the next
TAIL_S = 1  # seconds of silence around a segment, into which the filter's response decays


def rechunk(blocks, size):
    """Yield the rows of `blocks`, an iterable of arrays [n, ...], in arrays of `size` rows; the last may be shorter."""
    waiting, count = [], 0
    for block in blocks:
        while len(block):
            part, block = block[: size - count], block[size - count :]
            waiting.append(part)
            count += len(part)
            if count == size:
                yield np.concatenate(waiting)
                waiting, count = [], 0
    if waiting:
        yield np.concatenate(waiting)


def resample(blocks, rate, new_rate):
    """Yield a signal at another sample rate.

    Segments of 8 seconds fade into each other over one second, are resampled by `wav.resample` and added. Resampling is
    linear, so the sum is the resampled signal. It differs from `wav.resample` of the whole signal by less than -75 dB
    of its peak. Within 20 Hz of the lower Nyquist frequency it differs more, because shorter transforms separate
    frequencies less sharply.

    Parameters
    ----------
    blocks : iterable of ndarray [n]
        The signal; how it is cut does not change the result.
    rate, new_rate : int
        In Hz.

    Yields
    ------
    y : ndarray [n], float64
        Together ⌈samples · new_rate / rate⌉ samples.
    """
    chunks = rechunk(blocks, HOP_S * rate)
    if rate == new_rate:
        yield from chunks
        return
    samples = 0

    def counted():
        nonlocal samples
        for chunk in chunks:
            samples += len(chunk)
            yield chunk

    hop, tail = HOP_S * new_rate, TAIL_S * new_rate
    pending = np.zeros(0)  # the sum of the responses so far, from TAIL_S before the next segment
    written = -tail  # of the position of `pending`
    for segment in _segments(counted(), rate):
        response = wav.resample(np.pad(segment, TAIL_S * rate), rate, new_rate)
        pending = _sum(pending, response)
        end = -(-samples * new_rate // rate) - written  # of what the samples so far can give
        yield pending[max(-written, 0) : min(hop, end)]
        pending, written = pending[hop:], written + hop
    if samples:
        yield pending[max(-written, 0) : end - hop if end > hop else 0]


def _segments(chunks, rate):
    """Yield the chunks, each continued by the second after it; neighbors fade into each other there."""
    rise = np.square(np.sin(np.pi / 2 * (np.arange(FADE_S * rate) + 0.5) / (FADE_S * rate)))
    segment = None
    for chunk in chunks:
        begin = chunk[: len(rise)]
        if segment is not None:
            yield np.concatenate([segment, begin * (1 - rise[: len(begin)])])
            chunk = np.concatenate([begin * rise[: len(begin)], chunk[len(begin) :]])
        segment = chunk
    if segment is not None:
        yield segment


def _sum(a, b):
    """Return the sum of two arrays, the shorter one continued by zeros."""
    total = np.zeros(max(len(a), len(b)))
    total[: len(a)] += a
    total[: len(b)] += b
    return total
