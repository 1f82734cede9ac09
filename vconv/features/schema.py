"""Schema of the feature file: names, types and limits of its arrays and tables (docs/files.md)."""

from typing import NamedTuple

import numpy as np

FORMAT, VERSION = "vconv features", 5
TYPES = {
    "spectrum": np.float16,
    "energy": np.float32,
    "f0_hz": np.float32,
    "aperiodicity": np.float32,
    "mel_cepstrum": np.float32,
    "content": np.float32,
}
OPTIONAL = ("content",)  # stored only if the content encoder computes features from the signal
WAVES = ("wave", "copy_synthesis")
WAVE_TYPE = np.int16
LOWEST_LOG_SPECTRUM = -32.0


class Frames(NamedTuple):
    """The features of T frames.

    Attributes
    ----------
    spectrum : ndarray [T, K]
        log10(power / energy).
    energy : ndarray [T]
        Sum of the power spectrum.
    f0_hz : ndarray [T]
        In Hz; 0 where unvoiced.
    aperiodicity : ndarray [T, bands]
        In dB, as WORLD codes it.
    mel_cepstrum : ndarray [T, 40]
        Of the power spectrum.
    content : ndarray [T, D] or None
        The result of `ContentEncoder.extract`.
    """

    spectrum: np.ndarray
    energy: np.ndarray
    f0_hz: np.ndarray
    aperiodicity: np.ndarray
    mel_cepstrum: np.ndarray
    content: np.ndarray | None = None

    def arrays(self):
        """Return name → array of the features that are not None."""
        return {name: array for name, array in self._asdict().items() if array is not None}


class StoredUtterance(NamedTuple):
    """One row of the table of utterances.

    Attributes
    ----------
    name, speaker, split : str
    start, length : int
        The utterance's frames are `start : start + length` of the arrays; `length` is 0 in a file without frames.
    samples : int
        Length of the wave at the sample rate of the features.
    file_bytes, modified_ns : int
        Size of the recording's file, and when it was written, in nanoseconds since 1970.
    digest : str
        Hash of the file's content, `vconv.common.files.digest`.
    first_sample : int
        The utterance's samples are `first_sample : first_sample + samples` of the waves.
    """

    name: str
    speaker: str
    split: str
    start: int
    length: int
    samples: int
    file_bytes: int = 0
    modified_ns: int = 0
    digest: str = ""
    first_sample: int = 0


COLUMNS = StoredUtterance._fields[:-1]  # first_sample follows from the samples of the utterances before
FAILURE_COLUMNS = ("speaker", "split", "name", "reason")


def array_types(contents, optional=()):
    """Return name → type of the arrays of a file.

    Parameters
    ----------
    contents : list of {"frames", "wave", "copy_synthesis"}
        What the file holds.
    optional : collection of str
        Names of arrays in the file; only those in `OPTIONAL` matter.
    """
    frames = {name: dtype for name, dtype in TYPES.items() if name not in OPTIONAL or name in optional}
    return (frames if "frames" in contents else {}) | {kind: WAVE_TYPE for kind in WAVES if kind in contents}


def dataset_path(name):
    """Return the path of the array `name` within the HDF5 file."""
    return f"{'frames' if name in TYPES else 'waves'}/{name}"


def check(frames):
    """Raise a ValueError unless all `frames` are finite and the log spectrum lies in [-32, 0]."""
    if not all(np.isfinite(array).all() for name, array in frames.arrays().items() if name != "spectrum"):
        raise ValueError("a feature is NaN or infinite")
    # NumPy compares float16 slowly and their bit patterns fast. Patterns without the sign bit increase with the
    # magnitude, and those of NaN are the largest. Patterns with the sign bit are 1 to 0x7FFF for positive numbers.
    bits = np.ascontiguousarray(frames.spectrum, np.float16).view(np.uint16)
    lowest = np.float16(LOWEST_LOG_SPECTRUM).view(np.uint16) & 0x7FFF
    if (bits & 0x7FFF).max() >= lowest or (bits - np.uint16(1)).min() < 0x7FFF:
        raise ValueError(f"log10(power / energy) is NaN or not between {LOWEST_LOG_SPECTRUM:g} and 0")
