"""Speakers whose recordings have few sounds in common with those of the others, and speakers who whisper."""

import numpy as np

from vconv.alignment.neighbors import both_ways
from vconv.diagnosis.findings import WARNING, Finding
from vconv.diagnosis.profile import BAND_EDGES_HZ

BANDS = slice(BAND_EDGES_HZ.index(300), BAND_EDGES_HZ.index(6400))  # hum is below
RANGE_DB = 30.0  # weaker bands are raised to this below the strongest, because they hold noise
ORDER = 12  # of the cepstrum
LIFTER = -0.4  # exponent of the weight of a coefficient: low ones tell sounds apart
FRAME_STEP = 2
FRAMES = 400  # of a speaker that are compared, each for 40 ms of speech
FEWEST_FRAMES = 200
NEAR = 0.9  # share of a speaker's sounds that count as near to other sounds of the same speaker
FEWEST_COMMON = 0.42  # share of the others' sounds that a speaker has
MOST_OTHERS = 20  # speakers with whom one is compared
LEAST_VOICED = 0.3  # share of the speech


def cepstra(bands, speech):
    """Return the cepstrum of every second speech frame, float16 [n, 12].

    Parameters
    ----------
    bands : ndarray [T, B]
        As in `Profile`.
    speech : ndarray [T], bool
    """
    level_db = 10 * np.log10(np.maximum(bands[speech][::FRAME_STEP, BANDS], 1e-12))
    level_db = np.maximum(level_db, level_db.max(axis=1, keepdims=True) - RANGE_DB)
    order, count = np.arange(1, ORDER + 1), level_db.shape[1]
    cosines = np.cos(np.pi * order[:, None] * (np.arange(count) + 0.5) / count) * np.sqrt(2 / count)
    return (level_db @ cosines.T * order**LIFTER).astype(np.float16)


def common_share(asked, having):
    """Return the share of the sounds of one speaker that another has, too; None with too few frames.

    A sound is there if its nearest neighbor is as near as 90 % of the neighbors within the sounds of one speaker are,
    the one whose sounds are farther apart.

    Parameters
    ----------
    asked, having : ndarray [n, 12], float32
        Cepstra of the speakers relative to their means, in random order.
    """
    count = min(FRAMES, len(asked) // 2, len(having) // 2)
    if count < FEWEST_FRAMES:
        return None
    near = max(np.quantile(_distances(own[:count], own[count : 2 * count]), NEAR) for own in (asked, having))
    return float((_distances(asked[:count], having[:count]) <= near).mean())


def _some(sounds):
    """Return those of a speaker's cepstra [n, 12] that are compared, in random order, relative to the mean of all."""
    chosen = np.random.default_rng(0).permutation(len(sounds))[: 2 * FRAMES]
    return sounds[chosen].astype(np.float32) - sounds.mean(axis=0, dtype=np.float32)


def _distances(queries, references):
    """Return the squared distance [n] of each query to its nearest reference."""
    return both_ways(queries, references)[1][: len(queries)]


def few_in_common(summaries):
    """Return the findings of speakers who have few of the other speakers' sounds, from `Summary`s."""
    names, frames = sorted({one.speaker for one in summaries}), {}
    for name in names:
        own = np.concatenate([one.sounds for one in summaries if one.speaker == name])
        frames[name] = _some(own) if len(own) else own
    found = {}
    for name in names:
        others = [other for other in names if other != name]
        others = others[:: -(-len(others) // MOST_OTHERS) or 1]
        shares = [share for other in others if (share := common_share(frames[other], frames[name])) is not None]
        if shares and np.median(shares) < FEWEST_COMMON:
            found[name] = np.median(shares)
    told = list(found) if len(names) > 2 else sorted(found, key=found.get)[:1]  # of two, each may lack the other's
    return [_finding(name, found[name], len(names) == 2) for name in told]


def _finding(speaker, share, two):
    """Return the finding of a speaker who has a share of the sounds of the others, or of the `two` speakers' other."""
    return Finding(
        "few common sounds",
        WARNING,
        f"has only {share:.0%} of the sounds of the other speaker{'' if two else 's'}",
        "record sentences of the same language, because a conversion pairs like sounds",
        speaker=speaker,
    )


def whispered(speaker, summaries):
    """Return the finding of a speaker whose speech has hardly any voice, from the speaker's `Summary`s, or None."""
    weights = [one.speech_s for one in summaries]
    if not sum(weights):
        return None
    share = np.average([one.voiced_share for one in summaries], weights=weights)
    if share >= LEAST_VOICED:
        return None
    return Finding(
        "whisper",
        WARNING,
        f"has a voice in only {share:.0%} of the speech",
        "record normal speech, because a conversion needs the pitch of the speakers",
        speaker=speaker,
    )
