"""Speech of a recording → utterances of 2 to 10 seconds, cut in pauses."""

import numpy as np

from vconv.preparation.speech_activity import HOPS_PER_S

SHORTEST, LONGEST = 2 * HOPS_PER_S, 10 * HOPS_PER_S  # frames of an utterance, without the margins
SHORTEST_PAUSE = HOPS_PER_S // 5  # the closure before a plosive is shorter
LONGEST_PAUSE = HOPS_PER_S  # in an utterance
LONGEST_JOINED_PAUSE = 3 * HOPS_PER_S  # between short remarks that become one utterance
LEAST_SPEECH = 3 * HOPS_PER_S // 10  # in a recording
MARGIN = 3 * HOPS_PER_S // 20  # before and after the speech
QUIET = HOPS_PER_S // 10  # over which the level is averaged where there is no pause


def utterances(speech, level):
    """Return where the utterances of a recording are.

    A recording whose speech lasts 10 seconds or less is one utterance. A longer one is cut at pauses of a second, then
    what is still too long at its longest pause, again and again. Where speech has no pause, it is cut in the quietest
    100 ms. Remarks of less than 2 seconds are joined with what is near, and are left out if nothing is near.

    Parameters
    ----------
    speech : ndarray [T], bool
    level : ndarray [T]
        In dB.

    Returns
    -------
    spans : ndarray [n, 2], int64
        First frame and the frame after the last; empty without 0.3 seconds of speech.
    """
    runs = runs_of(speech)
    if speech.sum() < LEAST_SPEECH:
        return np.empty((0, 2), np.int64)
    spans = [(runs[0, 0], runs[-1, 1])]
    if spans[0][1] - spans[0][0] > LONGEST:
        spans = [part for span in _joined(_split_at_long_pauses(runs)) for part in _divide(span, runs, level)]
        spans = [span for span in spans if span[1] - span[0] >= SHORTEST]
    return _with_margins(np.array(spans, np.int64).reshape(-1, 2), len(speech))


def runs_of(mask):
    """Return the runs of a mask [T], int64 [n, 2]: first frame and the frame after the last."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], mask, [False]]).astype(np.int8)))
    return edges.reshape(-1, 2)


def _split_at_long_pauses(runs):
    """Return the spans between pauses of `LONGEST_PAUSE` or more."""
    long = np.flatnonzero(runs[1:, 0] - runs[:-1, 1] >= LONGEST_PAUSE)
    firsts, lasts = np.append(0, long + 1), np.append(long, len(runs) - 1)
    return list(zip(runs[firsts, 0].tolist(), runs[lasts, 1].tolist(), strict=True))


def _joined(spans):
    """Return the spans, those shorter than `SHORTEST` joined with a near one before or after."""
    found = spans[:1]
    for begin, end in spans[1:]:
        first, last = found[-1]
        is_short = min(last - first, end - begin) < SHORTEST
        if is_short and begin - last <= LONGEST_JOINED_PAUSE and end - first <= LONGEST:
            found[-1] = (first, end)
        else:
            found.append((begin, end))
    return found


def _divide(span, runs, level):
    """Return the parts of a span, in order, none longer than `LONGEST`."""
    waiting, parts = [span], []
    while waiting:
        begin, end = waiting.pop()
        if end - begin <= LONGEST:
            parts.append((begin, end))
        else:
            last, first = _cut(begin, end, runs, level)
            waiting += [(first, end), (begin, last)]
    return parts


def _cut(begin, end, runs, level):
    """Return where the first part of a long span ends and the second begins."""
    inside = runs[np.searchsorted(runs[:, 1], begin, "right") : np.searchsorted(runs[:, 0], end)]
    pauses = np.column_stack([inside[:-1, 1], inside[1:, 0]])
    length = pauses[:, 1] - pauses[:, 0]
    allowed = (length >= SHORTEST_PAUSE) & (pauses[:, 0] - begin >= SHORTEST) & (end - pauses[:, 1] >= SHORTEST)
    if allowed.any():
        last, first = pauses[np.where(allowed, length, 0).argmax()].tolist()
        return last, first
    first = begin + SHORTEST
    mean = np.convolve(level[first - QUIET // 2 : end - SHORTEST + QUIET // 2], np.ones(QUIET), mode="valid")
    quietest = first + int(mean.argmin())
    return quietest, quietest


def _with_margins(spans, frames):
    """Return the spans with up to `MARGIN` before and after each, at most to the middle between two."""
    middles = (spans[1:, 0] + spans[:-1, 1]) // 2
    lows, highs = np.append(0, middles), np.append(middles, frames)
    return np.column_stack([np.maximum(spans[:, 0] - MARGIN, lows), np.minimum(spans[:, 1] + MARGIN, highs)])
