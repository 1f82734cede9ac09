"""Recordings that are there twice, also under another name, of another speaker, or at another level."""

import numpy as np

from vconv.diagnosis.findings import WARNING, Finding

PIECES, GROUPS = 32, 6  # of a fingerprint: of time, and of neighboring bands
RANGE_DB = 40.0  # weaker pieces are raised to this below the strongest
LENGTH_TOLERANCE_S = 0.06
SAME = 0.995  # correlation of fingerprints


def fingerprint(bands):
    """Return what stays of a recording when its level changes: float32 [192], mean 0, length 1.

    Parameters
    ----------
    bands : ndarray [T, B]
        As in `Profile`.
    """
    if len(bands) < PIECES:
        return np.zeros(PIECES * GROUPS, np.float32)
    edges = np.linspace(0, len(bands), PIECES, endpoint=False).astype(int)
    groups = np.linspace(0, bands.shape[1], GROUPS, endpoint=False).astype(int)
    power = np.add.reduceat(np.add.reduceat(bands.astype(np.float64), edges, axis=0), groups, axis=1)
    level_db = 10 * np.log10(np.maximum(power, 1e-12))
    level_db = np.maximum(level_db, level_db.max() - RANGE_DB).ravel()
    level_db -= level_db.mean()
    return (level_db / max(np.linalg.norm(level_db), 1e-9)).astype(np.float32)


def find(fingerprints, seconds):
    """Return the pairs (later, earlier) of recordings that are the same, each later one once.

    Parameters
    ----------
    fingerprints : ndarray [N, 192]
    seconds : ndarray [N]
        Durations.
    """
    order, pairs = np.argsort(seconds, kind="stable"), {}
    ends = np.searchsorted(seconds[order], seconds[order] + LENGTH_TOLERANCE_S, side="right")
    for place, end in enumerate(ends):
        here, others = order[place], order[place + 1 : end]
        for other in others[fingerprints[others] @ fingerprints[here] >= SAME]:
            later, earlier = max(here, other), min(here, other)
            pairs[later] = min(earlier, pairs.get(later, earlier))
    return sorted(pairs.items())


def duplicated(summaries):
    """Return a finding for each recording among `Summary`s that is there already."""
    pairs = find(np.array([one.fingerprint for one in summaries]), np.array([one.seconds for one in summaries]))
    return [_finding(summaries[later], summaries[earlier]) for later, earlier in pairs]


def _finding(copy, first):
    """Return the finding of a recording that is a copy of the `first`."""
    of = "" if copy.speaker == first.speaker else f" of the speaker {first.speaker}"
    remedy = "keep one of them, with the speaker whose voice it is" if of else "keep one of them"
    return Finding(
        "duplicated",
        WARNING,
        f"is the same recording as {first.path}{of}",
        remedy,
        path=copy.path,
        speaker=copy.speaker,
    )
