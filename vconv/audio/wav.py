"""Audio files ↔ mono float64 signals in [-1, 1); resampling."""

import io
import math
from pathlib import Path

import numpy as np
import soundfile

from vconv.audio import decoding, ogg, sample_rates, samples
from vconv.audio.samples import FULL_SCALE
from vconv.common import errors, files
from vconv.common.errors import VconvError

SUBTYPES = {".wav": ("WAV", "PCM_16"), ".flac": ("FLAC", "PCM_16"), ".ogg": ("OGG", "VORBIS")}
PEAK = 0.999  # louder signals are scaled down to this peak
BLOCK = 1 << 16  # samples that are encoded at once
LONGEST_UTTERANCE_S = 300.0  # analyzed at once, which takes 0.3 GB (16 kHz) to 0.7 GB (48 kHz) a minute


def read(path, rate=None, report=None, longest_s=math.inf, examine=None):
    """Read an audio file as one channel.

    Parameters
    ----------
    path : str or Path
        Any format of libsndfile: WAV, FLAC, Ogg, AIFF, MP3 …; any rate, depth and number of channels.
    rate : int, optional
        Sample rate of the result, in Hz; a file of another rate is resampled. The file's rate when left out.
    report : callable, optional
        Gets a sentence, without the path, about each oddity that was mended: channels that cancel each other, and
        floating-point samples whose full scale is that of 16-bit integers.
    longest_s : float
        Seconds that the recording may last; a longer one is refused before it is in the memory.
    examine : callable, optional
        Gets the samples [samples, C] and the rate, in Hz, as they are in the file, if it can be used.

    Returns
    -------
    y : ndarray [samples], float64
        The mean of the channels; integer formats are scaled to [-1, 1).
    rate : int
        Sample rate of `y`, in Hz.

    Raises
    ------
    VconvError
        The file is missing, is no audio file, is empty or too long, does not fit into the memory, or holds NaN or
        infinite samples.
    """
    if not Path(path).is_file():
        raise VconvError(f"{path}: there is no such file; name an existing audio file")
    try:
        channels, file_rate = decoding.decode(path, longest_s)
        y = _signal(path, channels, file_rate, rate, report)
        if examine:
            examine(channels, file_rate)
        return y, file_rate if rate is None else int(rate)
    except MemoryError as error:
        raise VconvError(errors.about(path, error)) from error


def _signal(path, channels, file_rate, rate, report):
    """Return one channel, at `rate` Hz, of the samples [samples, channels] of a file."""
    if not np.isfinite(channels).all():
        raise VconvError(f"{path}: holds NaN or infinite samples; export the recording again")
    y, mixed = samples.to_mono(channels)
    try:
        y, scaled = samples.to_full_scale(y)
    except VconvError as error:
        raise VconvError(f"{path}: {error}") from error
    for note in filter(None, (mixed, scaled)):
        if report:
            report(note)
    y = resample(y, file_rate, file_rate if rate is None else rate)
    if not len(y):
        raise VconvError(f"{path}: {decoding.why_empty(path)}")
    return y


def write(path, y, rate, file_rate=None, tags=None):
    """Write a mono signal, whole or not at all; a missing folder is created.

    Parameters
    ----------
    path : str or Path
        The suffix chooses the format: `.wav` or `.flac` (16-bit PCM) or `.ogg` (Vorbis).
    y : ndarray [samples]
        The signal; full scale is [-1, 1).
    rate : int
        Sample rate of `y`, in Hz.
    file_rate : int, optional
        Sample rate of the file, in Hz; `rate` when left out.
    tags : dict, optional
        Texts that the file holds beside the signal, by their names in soundfile: "title", "comment", "software" ….

    Returns
    -------
    gain : float
        1.0, or the factor below 1 that scales a signal with a peak above 0.999 to this peak, instead of clipping it.

    Raises
    ------
    VconvError
        The suffix is unknown, its format lacks the rate, the signal is empty, not mono or not finite, or the file
        cannot be written.
    """
    path, y = Path(path), np.asarray(y)
    _check_writable(path, y, rate if file_rate is None else file_rate)
    if file_rate not in (None, rate):
        y, rate = resample(y.astype(np.float64), rate, file_rate), file_rate
    gain = _gain(y)
    # Encoded in memory, because libsndfile tells neither which error of writing it met, nor always that it met one.
    content = _encoded(y, gain, int(rate), path.suffix.lower(), tags)
    files.write(path, lambda temporary: temporary.write_bytes(content))
    return float(gain)


def to_flac(y, rate):
    """Return a signal [samples] as the bytes of a FLAC file, which is lossless and plays in every browser."""
    return _encoded(y, _gain(y), int(rate), ".flac")


def resample(y, rate, new_rate):
    """Return `y` [samples] at `new_rate` Hz, by truncating or zero-padding its Fourier transform.

    All frequencies up to the lower Nyquist frequency are kept. Other resamplers fade out from 0.91 of it: resampling
    speech from 16 to 48 kHz and back costs 4 to 5 dB of mel-cepstral distortion with soxr (HQ or VHQ), and 0.16 dB with
    this function (`benchmarks/resampling.py`).
    """
    if not (rate > 0 and new_rate > 0):
        raise VconvError(f"a sample rate of {min(rate, new_rate)} Hz is impossible; it must be above 0")
    if rate == new_rate:
        return y
    common = math.gcd(int(rate), int(new_rate))
    old_block, new_block = int(rate) // common, int(new_rate) // common
    # Whole blocks, for an exact ratio. The last is silence, because the transform is periodic.
    blocks = len(y) // old_block + 2
    step = 2 ** max(0, blocks.bit_length() - 6)
    blocks = -(-blocks // step) * step  # without a large prime factor the transform is fast
    transform = np.fft.rfft(y, blocks * old_block)[: blocks * min(old_block, new_block) // 2]
    return np.fft.irfft(transform, blocks * new_block)[: -(-len(y) * new_block // old_block)] * (new_block / old_block)


def to_int16(y):
    """Return a signal as int16, full scale 32768, rounded and clipped; exact for the samples of a 16-bit file."""
    return np.clip(np.round(y * FULL_SCALE), -FULL_SCALE, FULL_SCALE - 1).astype(np.int16)


def _check_writable(path, y, rate):
    """Raise a VconvError unless files with the suffix of `path` can have the rate and the signal."""
    check_format(path, rate)
    if y.ndim != 1 or not len(y):
        raise VconvError(f"{path}: a signal of shape {y.shape} cannot be written; it must be [samples], not empty")
    if not np.isfinite(y).all():
        raise VconvError(f"{path}: the signal holds NaN or infinite samples; nothing was written")


def check_format(path, rate):
    """Raise a VconvError unless a suffix stands for a format that can be written, with the rate in Hz."""
    if path.suffix.lower() not in SUBTYPES:
        raise VconvError(f"{path}: cannot write the format {path.suffix!r}; use one of: {', '.join(SUBTYPES)}")
    sample_rates.check(path.suffix.lower(), rate)


def _gain(y):
    """Return the factor that brings a peak above PEAK down to it; 1.0 for quieter signals."""
    return gain_for_peak(float(max(y.max(initial=0), -y.min(initial=0))))


def gain_for_peak(peak):
    """Return the factor that brings a peak above PEAK down to it; 1.0 for a lower peak."""
    return min(1.0, PEAK / max(peak, PEAK))


def set_tags(sound, tags):
    """Set the tags of a `soundfile.SoundFile` that is written; names in them may not be valid Unicode."""
    for name, text in (tags or {}).items():
        setattr(sound, name, text.encode(errors="replace").decode())


def _encoded(y, gain, rate, suffix, tags=None):
    """Return `gain` · `y`, which lies in [-1, 1), as the bytes of a file in the format of the suffix, with `tags`.

    The signal is encoded in blocks, because an hour as float64 takes half a gigabyte, and libsndfile's Vorbis encoder
    overflows its stack on long blocks.
    """
    file, (format_name, subtype) = io.BytesIO(), SUBTYPES[suffix]
    with soundfile.SoundFile(file, "w", rate, 1, subtype, format=format_name) as sound:
        set_tags(sound, tags)
        for start in range(0, len(y), BLOCK):
            block = gain * y[start : start + BLOCK].astype(np.float64)
            # libsndfile's scaling to 16 bits would make read -> write -> read inexact.
            sound.write(to_int16(block) if subtype == "PCM_16" else block)
    if format_name == "OGG":
        ogg.set_serial(file)
    return file.getvalue()
