"""Checks of the spectrum: limited bandwidth, mains hum, noise, reverberation."""

import numpy as np

from vconv.audio.loudness import BLOCK_MS
from vconv.diagnosis.findings import NOTE, WARNING, Finding
from vconv.diagnosis.profile import WINDOW_S

BIN_HZ = 50.0  # of `Profile.spectrum`
LOWEST_CUTOFF_HZ = 2500
HIGHEST_CUTOFF = 0.85  # of half the rate; above it is the edge of the filter before the sampling
BELOW_BINS, GAP_BINS = 10, 8  # whose mean is compared with the strongest bins above a gap
SMOOTHING_BINS = 5
CLIFF_DB = 13.0
NYQUIST_BINS = 2  # left out at half the rate
MAINS_HZ = (50, 60)
HUM_HARMONICS = (1, 2, 3)
HUM_BIN_HZ = 2.0  # of `Profile.low_spectra`
HUM_QUANTILE = 0.1  # over time
HUM_WINDOWS = 2  # at least
HUM_DB = 12.0  # above the neighbors, of two harmonics, or of the mains frequency with a margin
HUM_MARGIN_DB = 3.0
WEAKEST_HUM_DB = -45.0  # relative to the level of the speech; weaker hum does not mislead F0
NOISE_QUANTILE = 0.05  # over time, of the power of each band
NOISE_BANDS = slice(4, None)  # above 400 Hz; hum and rumble are below
LEAST_SNR_DB, HARMFUL_SNR_DB = 30.0, 25.0  # docs/own_voices.md has what 20 dB cost
NOISE_FRAMES = 35  # shorter recordings may have no pause
DECAY_FRAMES = 3
DECAY_BANDS = slice(4, 18)  # 400 to 4400 Hz
DECAY_QUANTILE = 0.95
DECAY_BEGIN_DB, DECAY_END_DB = 30.0, 10.0  # above the background: of decays that count, and where they end
DECAYS, DECAYING_BANDS = 20, 5  # at least, of frames in a band and of bands
SLOWEST_DECAY_DB = 280.0  # a second


def band_limit(profile, training_rate):
    """Return the finding of a recording without the upper part of the spectrum that a training uses, or None."""
    cutoff_hz, fall_db = cutoff(profile.spectrum)
    rate = min(profile.waveform.rate, training_rate)
    if fall_db < CLIFF_DB or cutoff_hz > HIGHEST_CUTOFF * rate / 2:
        return None
    return Finding(
        "band-limited",
        WARNING,
        f"it holds nothing above {cutoff_hz / 1000:.1f} kHz, but a sample rate of {rate} Hz promises "
        f"{rate / 2000:g} kHz",
        "find the recording before it was sent by telephone or coded, or train at a lower sample rate",
    )


def cutoff(spectrum):
    """Return the frequency, in Hz, above which a spectrum [K] is weakest relative to below, and the fall in dB."""
    level_db = 10 * np.log10(np.maximum(spectrum, 1e-12))[:-NYQUIST_BINS]
    level_db = np.convolve(level_db, np.ones(SMOOTHING_BINS) / SMOOTHING_BINS, "same")[: -SMOOTHING_BINS // 2]
    first = int(LOWEST_CUTOFF_HZ / BIN_HZ)
    falls = [
        level_db[here - BELOW_BINS : here].mean() - level_db[here + GAP_BINS :].max()
        for here in range(first, len(level_db) - GAP_BINS - 1)
    ]
    return ((first + int(np.argmax(falls))) * BIN_HZ, max(falls)) if falls else (0.0, 0.0)


def hum(profile):
    """Return the finding of mains hum, or None."""
    excess_db = {mains: hum_excess_db(profile.low_spectra, mains) for mains in MAINS_HZ}
    mains = max(excess_db, key=excess_db.get)
    if excess_db[mains] < HUM_DB:
        return None
    level_db = hum_level_db(profile, mains)
    if level_db < WEAKEST_HUM_DB:
        return None
    return Finding(
        "hum",
        WARNING,
        f"mains hum of {mains} Hz is {-level_db:.0f} dB below the speech, and {excess_db[mains]:.0f} dB above its "
        "surroundings",
        "find the ground loop or the power supply that hums and record again, or filter the hum out",
    )


def hum_excess_db(low_spectra, mains_hz):
    """Return how far the mains stands above its neighbors in spectra [W, 250], in dB.

    Two harmonics must, or the mains frequency alone by 3 dB more, because one harmonic may be that of a voice.
    """
    if len(low_spectra) < HUM_WINDOWS:
        return 0.0
    power, excess_db = steady(low_spectra), []
    for number in HUM_HARMONICS:
        here = _bin(number, mains_hz)
        near = np.concatenate([power[here - 7 : here - 3], power[here + 4 : here + 8]])
        excess_db.append(10 * np.log10(power[here - 1 : here + 2].max() / near.mean()))
    return float(max(np.sort(excess_db)[-2], excess_db[0] - HUM_MARGIN_DB))


def hum_level_db(profile, mains_hz):
    """Return the power of the harmonics of the mains relative to that of the speech, in dB."""
    power = steady(profile.low_spectra)
    found = [power[_bin(number, mains_hz) + np.arange(-1, 2)].max() for number in HUM_HARMONICS]
    # A sine of the power P has P · size / 8 in its bin, because its window of size samples is that of Hann.
    size = WINDOW_S * profile.waveform.rate
    return float(10 * np.log10(8 / size * sum(found) / max(profile.waveform.level, 1e-9) ** 2))


def _bin(number, mains_hz):
    """Return where a harmonic of the mains is in a low spectrum."""
    return round(number * mains_hz / HUM_BIN_HZ)


def steady(low_spectra):
    """Return the power [250] that stays on a frequency through spectra [W, 250]; speech does not."""
    return np.maximum(np.quantile(low_spectra, HUM_QUANTILE, axis=0), 1e-12)


def noise(profile):
    """Return the finding of broadband noise, or None."""
    snr_db = signal_to_noise_db(profile.bands)
    if snr_db >= LEAST_SNR_DB:
        return None
    return Finding(
        "noise",
        WARNING if snr_db < HARMFUL_SNR_DB else NOTE,
        f"its background above 400 Hz is only {snr_db:.0f} dB below the speech",
        "record in a quieter room or nearer to the microphone",
    )


def signal_to_noise_db(bands):
    """Return the level of the speech relative to the background above 400 Hz, in dB, of `bands` [T, B].

    Infinite for recordings that are too short to have a pause.
    """
    bands = bands[:, NOISE_BANDS]
    total = bands.sum(axis=1)
    bands, total = bands[total > 0], total[total > 0]
    if len(total) < NOISE_FRAMES:
        return np.inf
    background = np.quantile(bands, NOISE_QUANTILE, axis=0).sum()
    return float(10 * np.log10(total[total >= total.mean() / 10].mean() / max(background, 1e-12)))


def reverberation(profile):
    """Return the finding of a room that sounds on after the speech, or None."""
    decay_db = fastest_decay_db(profile.bands)
    if decay_db >= SLOWEST_DECAY_DB:
        return None
    return Finding(
        "reverberation",
        NOTE,
        f"its sounds die away by {decay_db:.0f} dB a second at most, as in a room that echoes",
        "record nearer to the microphone, or in a room with curtains and carpets",
    )


def fastest_decay_db(bands):
    """Return how fast sounds die away where they do so fastest, in dB a second, from `bands` [T, B].

    Dry speech stops within milliseconds. A room with a reverberation time T makes each decay slower than 60 dB / T. It
    is the median of the bands; infinite if too few sounds stand far enough above the background to tell.
    """
    level_db = 10 * np.log10(np.maximum(bands[:, DECAY_BANDS], 1e-12))
    floor_db = np.quantile(level_db, NOISE_QUANTILE, axis=0) if len(level_db) else 0.0
    fall_db = level_db[:-DECAY_FRAMES] - np.maximum(level_db[DECAY_FRAMES:], floor_db + DECAY_END_DB)
    telling = level_db[:-DECAY_FRAMES] > floor_db + DECAY_BEGIN_DB
    decays = [
        np.quantile(fall_db[telling[:, band], band], DECAY_QUANTILE) / (DECAY_FRAMES * BLOCK_MS / 1000)
        for band in range(telling.shape[1])
        if telling[:, band].sum() > DECAYS
    ]
    return float(np.median(decays)) if len(decays) >= DECAYING_BANDS else np.inf
