"""Which speakers are matched with which: all with all, or of many speakers each with a few, so that work is bounded."""

import numpy as np


def choose(speakers, most):
    """Return the target speakers of each speaker's frames.

    Speakers stand in a circle, and each is matched with those at the same distances in both directions. The distances
    are evenly spread and include 1, so that every speaker is connected with every other.

    Parameters
    ----------
    speakers : int
        S, two or more.
    most : int
        Other speakers that each is matched with, at most, from 2 on; an odd number counts as the even one below, unless
        all speakers are matched.

    Returns
    -------
    targets : ndarray [S, K], int32
        Ascending in each row, and the speaker itself is one of them. A speaker is a target of all of its targets.
    """
    if most >= speakers - 1:
        return np.tile(np.arange(speakers, dtype=np.int32), (speakers, 1))
    count, largest = most // 2, (speakers - 1) // 2
    distances = 1 + np.arange(count) * (largest - 1) // max(count - 1, 1)
    offsets = np.concatenate([-distances, [0], distances])
    return np.sort((np.arange(speakers)[:, None] + offsets) % speakers).astype(np.int32)


def pairs(targets):
    """Return the pairs of different speakers that `choose` has chosen, as a sorted list of (smaller, larger number)."""
    return [(source, int(target)) for source, row in enumerate(targets) for target in row if source < target]


def all_transforms(targets, transforms):
    """Return affine transforms between all speakers: where there is none, those along a shortest way are composed.

    Parameters
    ----------
    targets : ndarray [S, K]
        As `choose` returns them.
    transforms : ndarray [K, S, D + 1, D]
        From each speaker s to its target `targets[s, k]`; the last row is the offset.

    Returns
    -------
    transforms : ndarray [S, S, D + 1, D]
        [target, source].
    """
    speakers = len(targets)
    complete = np.empty((speakers, *transforms.shape[1:]), transforms.dtype)
    for source in range(speakers):
        known = {int(target): transforms[slot, source] for slot, target in enumerate(targets[source])}
        reached = list(known)
        for middle in reached:  # in the order of the number of steps from the source
            for slot, target in enumerate(targets[middle]):
                if int(target) not in known:
                    known[int(target)] = _composed(known[middle], transforms[slot, middle])
                    reached.append(int(target))
        for target, transform in known.items():
            complete[target, source] = transform
    return complete


def _composed(first, second):
    """Return the affine transform that applies `first` and then `second`, each [D + 1, D]."""
    composed = first @ second[:-1]
    composed[-1] += second[-1]
    return composed
