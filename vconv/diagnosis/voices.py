"""Checks of a speaker: too little speech, a recording of another voice, two people in one folder."""

import numpy as np

from vconv.diagnosis.findings import NOTE, WARNING, Finding
from vconv.diagnosis.profile import BAND_EDGES_HZ

ADVISED_MINUTES, LEAST_MINUTES = 9, 1  # of speech (docs/own_voices.md)
MIN_VOICED = 25  # frames of 20 ms, of a recording whose voice is compared
VOICE_BANDS = slice(2, BAND_EDGES_HZ.index(5300))  # 200 to 5300 Hz
F0_STD, BAND_STD_DB = 0.12, 3.0  # usual spread between a speaker's recordings: octaves, and dB in a band
MOST_NAMED = 5  # recordings of the smaller of two voices
FEWEST = 6  # recordings of a speaker whose voices are compared
FARTHEST = 3.2  # distance of a recording from its speaker's median; the usual one is 1
SEPARATION = 2.6  # distance of the means of two halves, in the same unit
SMALLEST_HALF = 0.2  # of the recordings
ITERATIONS = 20


def voice_vector(profile):
    """Return F0 and long-term spectrum of the voiced frames, float64 [17]; None with too few voiced frames.

    Each is divided by the spread that is usual between recordings of one speaker, so that a distance of 1 is usual. F0
    counts half.
    """
    bands = profile.bands[: len(profile.f0_hz)]
    voiced = profile.f0_hz[: len(bands)] > 0
    if voiced.sum() < MIN_VOICED:
        return None
    level_db = 10 * np.log10(np.maximum(bands[voiced][:, VOICE_BANDS], 1e-12)).mean(axis=0)
    octave = np.median(np.log2(profile.f0_hz[: len(bands)][voiced]))
    spectrum = (level_db - level_db.mean()) / BAND_STD_DB / np.sqrt(len(level_db))
    return np.append(spectrum, octave / F0_STD) / np.sqrt(2)


def too_little(speaker, seconds):
    """Return the finding of a speaker with little speech, in seconds, or None."""
    if seconds >= 60 * ADVISED_MINUTES:
        return None
    return Finding(
        "too little speech",
        WARNING if seconds < 60 * LEAST_MINUTES else NOTE,
        f"has {seconds / 60:.1f} minutes of speech",
        f"record {ADVISED_MINUTES} minutes for the best results, and {LEAST_MINUTES} at least",
        speaker=speaker,
    )


def odd_ones(vectors):
    """Return the numbers of the voice vectors [N, 17] that are far from the median of all."""
    if len(vectors) < FEWEST:
        return np.zeros(0, int)
    return np.flatnonzero(np.linalg.norm(vectors - np.median(vectors, axis=0), axis=1) > FARTHEST)


def two_groups(vectors):
    """Return which of the voice vectors [N, 17] belong to the smaller of two voices, or None if there is one voice.

    The halves are found by 2-means, which begins with the vector that is farthest from the median and the one that is
    farthest from that.
    """
    if len(vectors) < FEWEST:
        return None
    first = vectors[np.linalg.norm(vectors - np.median(vectors, axis=0), axis=1).argmax()]
    centers = np.stack([first, vectors[np.linalg.norm(vectors - first, axis=1).argmax()]])
    for _ in range(ITERATIONS):
        second = np.linalg.norm(vectors - centers[1], axis=1) < np.linalg.norm(vectors - centers[0], axis=1)
        if second.all() or not second.any():
            return None
        centers = np.stack([vectors[~second].mean(axis=0), vectors[second].mean(axis=0)])
    smaller = second if second.mean() <= 0.5 else ~second
    far = np.linalg.norm(centers[1] - centers[0]) >= SEPARATION
    return smaller if far and smaller.mean() >= SMALLEST_HALF else None


def of_speaker(speaker, summaries):
    """Return the findings of one speaker, from the `Summary`s of the recordings."""
    found = [too_little(speaker, sum(one.speech_s for one in summaries))]
    told = [one for one in summaries if one.voice is not None]
    vectors = np.array([one.voice for one in told])
    smaller = two_groups(vectors)
    if smaller is None:
        found += [_odd(told[number]) for number in odd_ones(vectors)]
    else:
        found.append(_two(speaker, [one for one, chosen in zip(told, smaller, strict=True) if chosen], len(told)))
    return [one for one in found if one]


def _odd(one):
    """Return the finding of a recording that does not sound like its speaker."""
    return Finding(
        "other voice",
        WARNING,
        f"its pitch or timbre is far from that of {one.speaker}'s other recordings",
        "listen to it, and remove it if somebody else speaks or the microphone was another",
        path=one.path,
        speaker=one.speaker,
    )


def _two(speaker, others, count):
    """Return the finding of two voices in one folder; `others` are the `Summary`s of the smaller part."""
    named = ", ".join(str(one.path) for one in others[:MOST_NAMED])
    return Finding(
        "two voices",
        WARNING,
        f"{len(others)} of {count} recordings have another voice than the rest "
        f"({'such as ' if len(others) > MOST_NAMED else ''}{named})",
        "listen to them, and give each person a folder",
        speaker=speaker,
    )
