"""Spectrograms as images: recording ↔ array [frequency, time, channels] with values in [−1, 1]."""

import warnings

import numpy as np

from vconv.audio import f0, world
from vconv.audio.griffin_lim import griffin_lim
from vconv.common.errors import VconvError

CHANNELS = {"mel": 1, "cqt": 2, "world": 1}
# A recording with a lower peak is silent: a full-scale sine has 30 dB or more, 16-bit rounding noise −60 dB or less.
SILENT_DB = -40.0


class MelImage:
    """Mel spectrogram ↔ image of one channel: 1 is the recording's peak, −1 a level `range_db` or more below it.

    Parameters
    ----------
    mel : vconv.audio.mel.MelSpectrogram
    range_db : float
        In dB.
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
        """Return the number of frames of the image of a signal with that many samples."""
        return self.mel.frames(samples)

    def __call__(self, y):
        """Return (image float32 [mels, T, 1], peak in dB) of a signal [samples]; errors are those of `mel`."""
        levels_db = self.mel(y, -np.inf)
        peak_db = float(levels_db.max())
        return _scaled(levels_db.T[..., None], peak_db, self.range_db), peak_db

    def levels_db(self, image, peak_db):
        """Return the mel spectrogram in dB, float32 [T, mels], of an image in which 1 stands for `peak_db`."""
        return _levels_db(image, peak_db, self.range_db).astype(np.float32)

    def sound(self, image, peak_db, seed=0):
        """Return the signal [T · hop] of an image, by Griffin-Lim."""
        return griffin_lim(self.levels_db(image, peak_db), self.mel, seed=seed)


class WorldImage:
    """WORLD's spectral envelope ↔ image of one channel, scaled like that of `MelImage`.

    Parameters
    ----------
    rate, hop : int
        Sample rate in Hz, and samples between frames.
    bins : int
        Number of frequencies; WORLD sets it for each rate.
    range_db : float
        In dB.

    Raises
    ------
    VconvError
        The number of bins is not WORLD's, or the hop is not between 1 and 100 ms.
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
        """Return the number of frames of the image of a signal with that many samples."""
        return int(1000 * samples / self.rate / self.frame_period_ms) + 1  # WORLD's order of operations: same rounding

    def __call__(self, y):
        """Return (image float32 [bins, T, 1], peak in dB) of a signal [samples]; errors as of `world.estimate_f0`."""
        f0_hz = world.estimate_f0(
            y, self.rate, *f0.WIDE_RANGE_HZ, "dio", self.frame_period_ms
        )  # whispers stay unvoiced
        levels_db = 10 * np.log10(world.estimate_spectrum(y, f0_hz, self.rate, self.frame_period_ms))
        peak_db = float(levels_db.max())
        return _scaled(levels_db.T[..., None], peak_db, self.range_db), peak_db

    def sound(self, image, peak_db, seed=0):
        """Return the signal [T · hop] of an image, unvoiced, because an envelope holds no F0."""
        spectrum = 10 ** (_levels_db(image, peak_db, self.range_db) / 10)
        return world.synthesize(
            np.zeros(len(spectrum)), spectrum, np.ones_like(spectrum), self.rate, self.frame_period_ms
        )


class ConstantQImage:
    """Constant-Q transform ↔ image of two channels, real and imaginary part; phases are kept.

    The magnitude is a scaled level in dB: 1 at the recording's peak, 0 at `range_db` below it. On a linear scale all
    but the loudest bins would be close to 0. Computed by librosa (Schörkhuber & Klapuri 2010).

    Parameters
    ----------
    rate, hop : int
        Sample rate in Hz, and samples between frames.
    bins, bins_per_octave : int
    low_hz : float
        Frequency of the lowest bin, in Hz.
    range_db : float
        In dB.

    Raises
    ------
    VconvError
        The highest bin lies above half the sample rate, or the hop does not fit the number of octaves.
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
        factor = 2 ** (octaves - 1)  # librosa halves the rate for each octave
        if hop % factor:
            raise VconvError(
                f"cqt: a hop of {hop} does not fit {octaves} octaves; take a multiple of "
                f"{factor}, for example {-(-hop // factor) * factor}"
            )
        self.rate, self.hop, self.range_db = rate, hop, range_db
        self.settings = {"sr": rate, "hop_length": hop, "fmin": low_hz, "bins_per_octave": bins_per_octave}
        self.bins = bins

    def frames(self, samples):
        """Return the number of frames of the image of a signal with that many samples."""
        return samples // self.hop + 1

    def __call__(self, y):
        """Return (image float32 [bins, T, 2], peak in dB) of a signal [samples]."""
        import librosa

        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # about signals shorter than the longest filter
            transform = librosa.cqt(np.asarray(y, np.float32), n_bins=self.bins, **self.settings)
        magnitude = np.maximum(np.abs(transform), 1e-10)
        level_db = 20 * np.log10(magnitude)
        peak_db = float(level_db.max())
        scaled = (_scaled(level_db, peak_db, self.range_db) + 1) / 2
        phasor = transform / magnitude
        return np.stack([scaled * phasor.real, scaled * phasor.imag], -1).astype(np.float32), peak_db

    def sound(self, image, peak_db, seed=0):
        """Return the signal, about T · hop samples, of an image; its phases are known, so `seed` has no effect."""
        import librosa

        image = np.asarray(image, np.float64)
        scaled = np.hypot(image[..., 0], image[..., 1])
        magnitude = np.where(scaled > 0, 10 ** (((scaled - 1) * self.range_db + peak_db) / 20), 0)
        transform = magnitude * (image[..., 0] + 1j * image[..., 1]) / np.maximum(scaled, 1e-10)
        return librosa.icqt(transform, **self.settings)


def _levels_db(image, peak_db, range_db):
    """Return the levels in dB, float64 [T, bins], of an image of one channel: the inverse of `_scaled`."""
    return (np.asarray(image, np.float64)[..., 0].T - 1) / 2 * range_db + peak_db


def _scaled(levels_db, peak_db, range_db):
    """Return levels as float32 in [−1, 1]: the peak becomes 1, levels `range_db` or more below it become −1."""
    if peak_db < SILENT_DB:
        return np.full(levels_db.shape, -1, np.float32)
    return np.clip(2 * (levels_db - peak_db) / range_db + 1, -1, 1).astype(np.float32)
