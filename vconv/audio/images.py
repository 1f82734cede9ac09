"""A recording as an image, frequency × time × channels, with values in [−1, 1]; and back."""

import warnings

import numpy as np

from vconv.audio import f0, world
from vconv.audio.griffin_lim import griffin_lim
from vconv.common.errors import VconvError

CHANNELS = {"mel": 1, "cqt": 2, "world": 1}
SILENT_DB = -40.0  # a peak below it is none: a full-scale sine has 30 and more, the rounding to 16 bits −60 or less


class MelImage:
    """Mel spectrogram ↔ image of one channel: 1 is the recording's peak, −1 what lies `range_db` or more below it.

    Parameters
    ----------
    mel : vconv.audio.mel.MelSpectrogram
    range_db : float
    """

    channels = CHANNELS["mel"]

    def __init__(self, mel, range_db):
        self.mel = mel
        self.range_db = range_db

    @property
    def rate(self):
        """Sample rate in Hz."""
        return self.mel.settings.sample_rate

    def frames(self, samples):
        """Return how many frames the image of so many samples has."""
        return self.mel.frames(samples)

    def __call__(self, y):
        """Return (image float32 [mels, T, 1], the peak in dB) of a signal [samples]; errors as `MelSpectrogram`."""
        levels_db = self.mel(y, -np.inf)
        peak_db = float(levels_db.max())
        return _scaled(levels_db.T[..., None], peak_db, self.range_db), peak_db

    def levels_db(self, image, peak_db):
        """Return the mel spectrogram in dB [T, mels] of an image whose 1 means `peak_db`."""
        return _levels_db(image, peak_db, self.range_db).astype(np.float32)

    def sound(self, image, peak_db, seed=0):
        """Return the signal [T · hop] of an image, by Griffin-Lim."""
        return griffin_lim(self.levels_db(image, peak_db), self.mel, seed=seed)


class WorldImage:
    """WORLD's spectral envelope over time ↔ image of one channel, scaled as that of a mel spectrogram.

    Parameters
    ----------
    rate, hop : int
        Hz, and samples between frames.
    bins : int
        Must be what WORLD makes of the rate.
    range_db : float

    Raises
    ------
    VconvError
        Another number of bins, or a hop beyond 1 to 100 ms.
    """

    channels = CHANNELS["world"]

    def __init__(self, rate, hop, bins, range_db):
        if bins != world.fft_size(rate) // 2 + 1:
            raise VconvError(
                f"world: spectrogram.height is {bins}, and WORLD's spectrum at {rate} Hz has "
                f"{world.fft_size(rate) // 2 + 1} bins; set it to that"
            )
        self.rate, self.range_db, self.frame_period_ms = rate, range_db, 1000 * hop / rate
        if not 1 <= self.frame_period_ms <= 100:
            raise VconvError(
                f"world: spectrogram.hop is {hop}, which is {self.frame_period_ms:g} ms at {rate} Hz; take 1 to 100 ms"
            )

    def frames(self, samples):
        """Return how many frames the image of so many samples has."""
        return int(1000 * samples / self.rate / self.frame_period_ms) + 1  # in the order of WORLD, as to rounding

    def __call__(self, y):
        """Return (image float32 [bins, T, 1], the peak in dB) of a signal [samples]; errors as `estimate_f0`."""
        f0_hz = world.estimate_f0(y, self.rate, *f0.WIDE_RANGE_HZ, frame_period_ms=self.frame_period_ms)
        levels_db = 10 * np.log10(world.estimate_spectrum(y, f0_hz, self.rate, self.frame_period_ms))
        peak_db = float(levels_db.max())
        return _scaled(levels_db.T[..., None], peak_db, self.range_db), peak_db

    def sound(self, image, peak_db, seed=0):
        """Return the signal [T · hop] of an image, whispered: the envelope knows no pitch, so there is none."""
        spectrum = 10 ** (_levels_db(image, peak_db, self.range_db) / 10)
        return world.synthesize(
            np.zeros(len(spectrum)), spectrum, np.ones_like(spectrum), self.rate, self.frame_period_ms
        )


class ConstantQImage:
    """Constant-Q transform ↔ image of two channels, real and imaginary part, phases kept.

    The magnitude goes by decibels, 1 at the recording's peak, 0 at `range_db` below it: in linear ones all but the
    loudest bins would be next to nothing. Computed by librosa (Schörkhuber & Klapuri 2010).

    Parameters
    ----------
    rate, hop : int
        Hz, and samples between frames.
    bins, bins_per_octave : int
    low_hz : float
        Of the lowest bin.
    range_db : float

    Raises
    ------
    VconvError
        Bins beyond half the sample rate, or a hop that does not fit the number of octaves.
    """

    channels = CHANNELS["cqt"]

    def __init__(self, rate, hop, bins, bins_per_octave, low_hz, range_db):
        high_hz = low_hz * 2 ** (bins / bins_per_octave)
        if high_hz > rate / 2:
            raise VconvError(
                f"cqt: {bins} bins, {bins_per_octave} an octave, from {low_hz:g} Hz end at {high_hz:.0f} Hz, above "
                f"half of the sample rate {rate}; take fewer bins, a lower low_hz or a higher rate"
            )
        octaves = -(-bins // bins_per_octave)
        step = 2 ** (octaves - 1)
        if hop % step:
            raise VconvError(
                f"cqt: a hop of {hop} does not fit {octaves} octaves; take a multiple of "
                f"{step}, for example {-(-hop // step) * step}"
            )
        self.rate, self.hop, self.range_db = rate, hop, range_db
        self.transform = {"sr": rate, "hop_length": hop, "fmin": low_hz, "bins_per_octave": bins_per_octave}
        self.bins = bins

    def frames(self, samples):
        """Return how many frames the image of so many samples has."""
        return samples // self.hop + 1

    def __call__(self, y):
        """Return (image float32 [bins, T, 2], the peak in dB) of a signal [samples]."""
        import librosa

        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # of signals shorter than the longest filter
            transform = librosa.cqt(np.asarray(y, np.float32), n_bins=self.bins, **self.transform)
        magnitude = np.maximum(np.abs(transform), 1e-10)
        level_db = 20 * np.log10(magnitude)
        peak_db = float(level_db.max())
        scaled = (_scaled(level_db, peak_db, self.range_db) + 1) / 2
        direction = transform / magnitude
        return np.stack([scaled * direction.real, scaled * direction.imag], -1).astype(np.float32), peak_db

    def sound(self, image, peak_db, seed=0):
        """Return the signal [about T · hop] of an image whose 1 means `peak_db`; phases are known, no seed counts."""
        import librosa

        image = np.asarray(image, np.float64)
        scaled = np.hypot(image[..., 0], image[..., 1])
        magnitude = np.where(scaled > 0, 10 ** (((scaled - 1) * self.range_db + peak_db) / 20), 0)
        transform = magnitude * (image[..., 0] + 1j * image[..., 1]) / np.maximum(scaled, 1e-10)
        return librosa.icqt(transform, **self.transform)


def _levels_db(image, peak_db, range_db):
    """Return the levels [T, bins] in dB, float64, of an image of one channel: `_scaled` undone."""
    return (np.asarray(image, np.float64)[..., 0].T - 1) / 2 * range_db + peak_db


def _scaled(levels_db, peak_db, range_db):
    """Return levels as float32 in [−1, 1]: the peak becomes 1, all that lies `range_db` or more below it −1."""
    if peak_db < SILENT_DB:
        return np.full(levels_db.shape, -1, np.float32)
    return np.clip(2 * (levels_db - peak_db) / range_db + 1, -1, 1).astype(np.float32)
