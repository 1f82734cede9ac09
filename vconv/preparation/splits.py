"""Which utterances are held out of training, for validation and for evaluation."""

import hashlib

HELD_OUT = {"evaluation": 0.05, "validation": 0.05}  # share of the utterances of each speaker
MOST = 20  # of a speaker in one of them
LEAST = 3  # utterances of a speaker: one for each split


def held_out(names_by_speaker):
    """Return the names of the utterances of each split but training.

    For each speaker at least one is held out for each split. A name that several speakers have is a sentence that all
    of them read, so it is in the same split for all. The same names give the same choice.

    Parameters
    ----------
    names_by_speaker : dict
        Speaker → names of utterances, `LEAST` or more.

    Returns
    -------
    splits : dict
        Split → list of names, sorted.
    """
    taken, splits = set(), {}
    for split, share in HELD_OUT.items():
        chosen, closed = set(), set(taken)
        for _, names in sorted(names_by_speaker.items(), key=lambda item: (len(item[1]), item[0])):
            wanted = min(max(round(share * len(names)), 1), MOST) - len(chosen & set(names))
            free = sorted(set(names) - chosen - closed, key=lambda name: _hash(f"{split}/{name}"))
            chosen |= set(free[: max(wanted, 0)])
            closed |= set(names)
        taken |= chosen
        splits[split] = sorted(chosen)
    return splits


def _hash(text):
    """Return a number that depends on the text alone, the same on every machine."""
    return hashlib.sha256(text.encode()).digest()
