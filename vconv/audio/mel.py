"""The mel spectrogram, defined once: what a vocoder is trained on and what it is given."""

import math
import warnings
import zipfile
from functools import cached_property
from typing import NamedTuple

import numpy as np

from vconv import files
from vconv.errors import VconvError

RANGE_DB = 80.0  # everything further below the maximum is raised to there
LOWEST_POWER = 1e-10  # of silence, for the logarithm
SUFFIXES = (".npy", ".npz")
BLOCK_FRAMES = 4096  # bounds the memory, whatever the length of a signal


class MelSettings(NamedTuple):
    """What defines a mel spectrogram: two of them fit the same vocoder only if all of this agrees.

    sample_rate, low_hz and high_hz are in Hz, fft_size and hop in samples, mels counts the bands.
    """

    sample_rate: int = 22050
    fft_size: int = 1024
    hop: int = 256
    mels: int = 80
    low_hz: float = 125.0
    high_hz: float = 7600.0

    def differences(self, other):
        """Return the names and values in which two settings differ as one text, "hop 256 and 200, …"; "" if none."""
        pairs = zip(self._fields, self, other, strict=True)
        return ", ".join(f"{name} {one:g} and {two:g}" for name, one, two in pairs if one != two)


class MelSpectrogram:
    """Signal [samples] → mel spectrogram in dB [T, mels], T = ⌈samples / hop⌉.

    Frame t covers the `fft_size` samples from t · hop on (zeros after the end) under a periodic Hann window. Mel
    filters are triangles of height 1 (HTK's mel scale, no area normalisation) on the power spectrum; the result is
    10 · log10, floored 80 dB below its maximum. So has it the Keras tutorial "MelGAN-based spectrogram inversion"
    (Darshan Deshpande 2021); librosa's defaults are others.

    Parameters
    ----------
    settings : MelSettings

    Raises
    ------
    VconvError
        Settings that define no spectrogram, or a mel band without any bin of the spectrum.
    """

    def __init__(self, settings):
        self.settings = settings
        if min(settings) < 0 or min(settings[:4]) < 1 or settings.hop > settings.fft_size:
            raise VconvError(
                f"mel: {settings._asdict()} define no spectrogram; sizes must be 1 or more, frequencies 0 or "
                f"more, hop at most fft_size"
            )
        if not settings.low_hz < settings.high_hz <= settings.sample_rate / 2:
            raise VconvError(
                f"mel: the range {settings.low_hz:g} to {settings.high_hz:g} Hz is impossible at a rate of "
                f"{settings.sample_rate} Hz; it must rise and end at half the rate or below"
            )
        empty = np.flatnonzero(self.filterbank.max(axis=0) == 0)
        if len(empty):
            raise VconvError(
                f"mel: {len(empty)} of {settings.mels} bands hold no bin of an FFT of {settings.fft_size} at "
                f"{settings.sample_rate} Hz; take fewer mels or a larger fft_size"
            )
        self.window = np.hanning(settings.fft_size + 1)[:-1]

    @cached_property
    def filterbank(self):
        """Weights [fft_size / 2 + 1, mels], float64."""
        import librosa  # takes a second to import

        rate, fft_size, _, mels, low_hz, high_hz = self.settings
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # of empty bands, which __init__ tells of
            return librosa.filters.mel(
                sr=rate, n_fft=fft_size, n_mels=mels, fmin=low_hz, fmax=high_hz, htk=True, norm=None, dtype=np.float64
            ).T

    def frames(self, samples):
        """Return how many frames a signal of so many samples has."""
        return -(-samples // self.settings.hop)

    def span(self, frames):
        """Return how many samples so many frames see."""
        return (frames - 1) * self.settings.hop + self.settings.fft_size

    def power(self, y):
        """Return the mel power [T, mels], float64, of a signal [samples]."""
        y = np.asarray(y, np.float64)
        hop, fft_size = self.settings.hop, self.settings.fft_size
        count = self.frames(len(y))
        padded = np.pad(y, (0, max(self.span(count) - len(y), 0)))
        framed = np.lib.stride_tricks.sliding_window_view(padded, fft_size)[::hop][:count]
        blocks = [
            np.square(np.abs(np.fft.rfft(framed[start : start + BLOCK_FRAMES] * self.window))) @ self.filterbank
            for start in range(0, count, BLOCK_FRAMES)
        ]
        return np.concatenate(blocks)

    def peak_db(self, y):
        """Return the maximum of the spectrogram of a signal, in dB."""
        return decibels(self.power(y).max(initial=0.0))

    def __call__(self, y, peak_db=None):
        """Return the mel spectrogram of a signal in dB, float32 [T, mels].

        `peak_db` is the maximum to floor by, for a stretch of a longer signal; the stretch's own when left out.

        Raises
        ------
        VconvError
            The signal is empty, not [samples] or holds NaN.
        """
        y = np.asarray(y)
        if y.ndim != 1 or not len(y) or not np.isfinite(y).all():
            raise VconvError(
                f"a signal of shape {y.shape} has no mel spectrogram; give finite samples of shape [samples]"
            )
        levels_db = decibels(self.power(y))
        peak_db = levels_db.max() if peak_db is None else peak_db
        return np.maximum(levels_db, peak_db - RANGE_DB).astype(np.float32)


def decibels(power):
    """Return 10 · log10 of a power, not below that of `LOWEST_POWER`."""
    return 10 * np.log10(np.maximum(power, LOWEST_POWER))


def spectrum_of(levels_db, mel, iterations=50):
    """Return a power spectrum [T, fft_size / 2 + 1] ≥ 0 with a given mel spectrogram [T, mels].

    By the multiplicative updates of Lee & Seung 2001 ("Algorithms for non-negative matrix factorization", theorem 2),
    which weigh each band by its ratio, as ears do; a general solver of least squares takes thousands of times as long.
    """
    wanted = 10 ** (np.asarray(levels_db, np.float64) / 10)
    weights = mel.filterbank
    reach = np.maximum(weights.sum(axis=1), LOWEST_POWER)
    power = wanted @ weights.T / reach
    for _ in range(iterations):
        power *= (wanted / np.maximum(power @ weights, LOWEST_POWER)) @ weights.T / reach
    return power


def griffin_lim(levels_db, mel, iterations=60, seed=0):
    """Return a signal [T · hop] whose mel spectrogram is near a given one, without any training.

    The spectrum is a non-negative preimage of the mel spectrogram (`spectrum_of`); its phases come by the fast
    Griffin-Lim algorithm (Perraudin, Balazs & Søndergaard 2013, doi 10.1109/WASPAA.2013.6701851) from random ones.

    Parameters
    ----------
    levels_db : ndarray [T, mels]
    mel : MelSpectrogram
    iterations : int
    seed : int
        Of the first phases.
    """
    import librosa

    fft_size, hop = mel.settings.fft_size, mel.settings.hop
    before = math.ceil(fft_size / hop)  # silent frames, so that the first sample lies under whole windows
    magnitude = np.pad(np.sqrt(spectrum_of(levels_db, mel)).T, ((0, 0), (before, before)))
    y = librosa.griffinlim(
        magnitude, n_iter=iterations, hop_length=hop, n_fft=fft_size, center=False, random_state=seed
    )
    return y[before * hop :][: len(levels_db) * hop]


def save(path, levels_db, settings):
    """Write a mel spectrogram [T, mels] and its `MelSettings` to a .npz file, whole or not at all."""
    with files.replacing(path) as temporary, open(temporary, "wb") as file:
        np.savez(file, mel=np.asarray(levels_db, np.float32), **settings._asdict())


def read(path, settings):
    """Return the mel spectrogram in dB [T, mels] of a file that `save` wrote, or of a .npy file, for a vocoder.

    Raises
    ------
    VconvError
        The file is missing or no such array, or says that it was made with other than the vocoder's `settings`.
    """
    try:
        loaded = np.load(path, allow_pickle=False)
        if isinstance(loaded, np.ndarray):
            return loaded
        with loaded:
            found = MelSettings(*(loaded[name].item() for name in MelSettings._fields))
            levels_db = loaded["mel"]
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
        raise VconvError(
            f"{path}: holds no mel spectrogram ({' '.join(str(error).split())}); give a .npy file with an array "
            f"[frames, mels], or what vconv.audio.mel.save wrote"
        ) from error
    if found.differences(settings):
        raise VconvError(
            f"{path}: does not fit the vocoder: {found.differences(settings)}; compute it again with the "
            f"vocoder's settings"
        )
    return levels_db
