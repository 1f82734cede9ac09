"""Checks of level and length: clipping, offset, too quiet, too short, too long, mostly silent, holes."""

import numpy as np

from vconv.diagnosis.findings import ERROR, NOTE, WARNING, Finding

NEAR_LIMIT = 0.995  # of the highest or lowest sample
CLIPPED_RUNS = 3  # flat tops at one limit
LARGEST_OFFSET = 0.05  # relative to the level of the speech
QUIETEST_DB = -42.0  # level of the speech, relative to full scale
SHORTEST_S = 0.7
SPEECH_DB = -25.0  # relative to the level of the speech; weaker frames are pauses
SMALLEST_SHARE = 0.3  # of speech in a recording
HOLE_DB = -20.0  # level around a hole inside speech, relative to the level of the speech


def quick(waveform):
    """Return the findings, or None, of the checks that cost next to nothing.

    Means over less than a phrase say little about the recording, so a recording that is too short has no other finding
    than that and clipping.
    """
    short = too_short(waveform)
    found = [clipping(waveform), short]
    return found if short else found + [check(waveform) for check in (offset, too_quiet, mostly_silent)]


def clipping(waveform):
    """Return the finding of waves whose tops are cut off, or None."""
    flat = waveform.flat
    for limit in waveform.highest, waveform.lowest:
        at_limit = flat.value * np.sign(limit) >= max(NEAR_LIMIT * abs(limit), np.finfo(float).tiny)
        if at_limit.sum() >= CLIPPED_RUNS:
            return Finding(
                "clipping",
                WARNING,
                f"its wave is cut off at {abs(limit):.0%} of full scale, in {at_limit.sum()} places",
                "record again with a lower gain",
                flat.first[at_limit].min() / waveform.rate,
            )
    return None


def offset(waveform):
    """Return the finding of a constant offset of the samples, or None."""
    if abs(waveform.mean) <= LARGEST_OFFSET * waveform.level:
        return None
    return Finding(
        "offset",
        WARNING,
        f"its samples have a constant offset of {waveform.mean:.2%} of full scale",
        "remove the offset by a high-pass at 20 Hz, for example: sox OLD.wav NEW.wav highpass 20",
    )


def too_quiet(waveform):
    """Return the finding of speech so weak that the steps of 16 bits are audible, or None."""
    if level_db(waveform) >= QUIETEST_DB:
        return None
    return Finding(
        "too quiet",
        WARNING,
        f"its speech is at {level_db(waveform):.0f} dB of full scale",
        "record again with a higher gain, so that the speech is near -26 dB",
    )


def level_db(waveform):
    """Return the level of the speech, in dB of full scale."""
    return float(20 * np.log10(max(waveform.level, 1e-9)))


def too_short(waveform):
    """Return the finding of a recording that is shorter than a phrase, or None."""
    if waveform.seconds >= SHORTEST_S:
        return None
    return Finding(
        "too short", WARNING, f"lasts {waveform.seconds:.2f} s", "leave it out, or record sentences of 2 to 15 s"
    )


def too_long(waveform, longest_s):
    """Return the finding of a recording of more than `longest_s` seconds, or None."""
    if waveform.seconds <= longest_s:
        return None
    return Finding(
        "too long",
        ERROR,
        f"lasts {waveform.seconds / 60:.1f} minutes, and `vconv extract` takes {longest_s / 60:g} at most",
        "let `vconv init` cut it at its pauses",
    )


def mostly_silent(waveform):
    """Return the finding of a recording with little speech, or None."""
    share = speech(waveform).mean() if len(waveform.power) else 0.0
    if share >= SMALLEST_SHARE:
        return None
    return Finding(
        "mostly silent", NOTE, f"only {share:.0%} of it is speech", "cut off the silence, or record the sentence again"
    )


def speech(waveform):
    """Return which frames [T] are speech."""
    return waveform.power > waveform.level**2 * 10 ** (SPEECH_DB / 10)


def holes(waveform):
    """Return the finding of stretches of exact zeros inside speech, as lost packets of a call leave them, or None."""
    inside = waveform.holes.around > waveform.level * 10 ** (HOLE_DB / 20)
    if not inside.any():
        return None
    lost_s = waveform.holes.length[inside].sum() / waveform.rate
    return Finding(
        "holes",
        WARNING,
        f"{inside.sum()} holes of digital silence, together {1000 * lost_s:.0f} ms, interrupt its speech",
        "take another copy of it, or record it again without a network between",
        waveform.holes.first[inside].min() / waveform.rate,
    )
