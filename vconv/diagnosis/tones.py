"""Music or whines beside speech: tones that stay on a frequency for half a second; those of a voice do not."""

import numpy as np

from vconv.diagnosis.findings import WARNING, Finding

BIN_HZ = 2.0  # of spectra of half a second
RANGE_HZ = 300, 2000  # harmonics of a voice glide through several bins there
BESIDE = range(4, 13)  # bins below and above a tone; the nearest ones hold the tone itself
TONE_DB = 9.0  # above the strongest of the bins beside
QUIETEST_DB = -40.0  # of a window, relative to the loudest
FEWEST_WINDOWS = 5
MUSIC_TONES = 1.3  # mean in a window; speech has 0.1


def count(power):
    """Return the number of steady tones, int [≤ W], of those spectra [W, K] of half a second that are no pauses."""
    total = power.sum(axis=1)
    level_db = 10 * np.log10(np.maximum(power[total > total.max() * 10 ** (QUIETEST_DB / 10)], 1e-12))
    first, last = (int(hz / BIN_HZ) for hz in RANGE_HZ)
    shifted = {shift: level_db[:, first + shift : last + shift] for shift in range(-BESIDE[-1], BESIDE[-1] + 1)}
    beside_db = np.max([shifted[sign * shift] for sign in (-1, 1) for shift in BESIDE], axis=0)
    highest = (shifted[0] > shifted[-1]) & (shifted[0] >= shifted[1])
    return (highest & (shifted[0] > beside_db + TONE_DB)).sum(axis=1)


def music(profile):
    """Return the finding of music, or None."""
    if len(profile.tones) < FEWEST_WINDOWS or profile.tones.mean() < MUSIC_TONES:
        return None
    return Finding(
        "music",
        WARNING,
        f"{profile.tones.mean():.1f} tones at once stay on their pitch on average, as in music or a whine",
        "listen to it, and take a recording of the voice alone",
    )
