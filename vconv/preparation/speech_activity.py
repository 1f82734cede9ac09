"""Where somebody speaks: levels in frequency bands, compared with those of the background."""

import numpy as np

from vconv.audio import block_resampling, fft

HOPS_PER_S = 100  # frames, each of two hops
BLOCK_FRAMES = 2000  # analyzed at once
BANDS_HZ = (100, 400, 1000, 2000, 4000, 8000)
SMALLEST_POWER = 1e-12  # -120 dB of full scale
MEDIAN_FRAMES = 9  # a click is shorter than half of this
# The background: the quietest frames of some seconds. What is weaker than loud frames by more than `RANGE_DB` in the
# same band, or by more than `WIDE_RANGE_DB` in the loudest band, is background, too, as digital silence is.
BACKGROUND_S, BACKGROUND_STEP_S, BACKGROUND_QUANTILE, RANGE_DB, WIDE_RANGE_DB = 30, 5, 0.1, 45.0, 50.0
LOUD_QUANTILE = 0.95
CONTRAST_DB = 10.0  # of loud frames and background in a band that tells something
SPEECH_DB = 6.0  # above the background


def hop_of(rate):
    """Return the samples from one frame to the next at `rate` Hz."""
    return rate // HOPS_PER_S


def band_levels(blocks, rate):
    """Return the level of each frame in each band.

    Parameters
    ----------
    blocks : iterable of ndarray [n]
        The signal; how it is cut does not change the result.
    rate : int
        In Hz, at least 12000.

    Returns
    -------
    levels : ndarray [T, 5], float32
        In dB of full scale; frame t is centered at sample t · `hop_of(rate)`.
    """
    hop = hop_of(rate)
    window = np.hanning(2 * hop + 2)[1:-1]
    bins = np.round(np.minimum(BANDS_HZ, rate / 2) * 2 * hop / rate).astype(int)
    found, rest = [np.empty((0, len(bins) - 1), np.float32)], np.zeros(hop)
    for block in block_resampling.rechunk(blocks, BLOCK_FRAMES * hop):
        y = np.concatenate([rest, block])
        count = max(len(y) // hop - 1, 0)
        rest = y[count * hop :]
        if count:
            frames = np.lib.stride_tricks.sliding_window_view(y, 2 * hop)[::hop] * window
            power = np.square(np.abs(fft.rfft(frames, 2 * hop, axis=1)))[:, : bins[-1]]
            power = np.add.reduceat(power, bins[:-1], axis=1) / (hop * np.square(window).sum())
            found.append((10 * np.log10(power + SMALLEST_POWER)).astype(np.float32))
    return np.concatenate(found)


def smoothed(levels):
    """Return the running median of `levels` [T, B] over time, which clicks do not change."""
    half = MEDIAN_FRAMES // 2
    padded = np.pad(levels, ((half, half), (0, 0)), mode="edge")
    windows = np.lib.stride_tricks.sliding_window_view(padded, MEDIAN_FRAMES, axis=0)
    starts = range(0, len(levels), BLOCK_FRAMES)
    return np.concatenate([np.median(windows[start : start + BLOCK_FRAMES], axis=2) for start in starts])


def total(levels):
    """Return the level [T] of all bands together, in dB, from `levels` [T, B]."""
    return 10 * np.log10(np.sum(10 ** (levels / 10), axis=1))


def is_speech(levels):
    """Return in which frames somebody speaks.

    A frame is speech if one band is `SPEECH_DB` above the background of the 30 seconds around it. Bands in which the
    recording is hardly louder than its background tell nothing. Where no band tells anything, all frames are speech,
    because there are no pauses.

    Parameters
    ----------
    levels : ndarray [T, B]
        The `smoothed` levels in dB, T > 0.

    Returns
    -------
    speech : ndarray [T], bool
    """
    loud = np.quantile(levels, LOUD_QUANTILE, axis=0)
    faint = np.maximum(loud - RANGE_DB, loud.max() - WIDE_RANGE_DB)
    step, reach = BACKGROUND_STEP_S * HOPS_PER_S, BACKGROUND_S * HOPS_PER_S // 2
    speech = np.empty(len(levels), bool)
    for start in range(0, len(levels), step):
        middle = start + step // 2
        around = levels[max(middle - reach, 0) : middle + reach]
        background = np.maximum(np.quantile(around, BACKGROUND_QUANTILE, axis=0), faint)
        telling = loud - background >= CONTRAST_DB
        above = levels[start : start + step] > background + SPEECH_DB
        speech[start : start + step] = above[:, telling].any(axis=1) if telling.any() else True
    return speech
