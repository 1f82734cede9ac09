"""Writing of the feature file, which `store.FeatureStore` reads."""

import hashlib
import itertools
import math

import numpy as np

from vconv.common import files, hdf5
from vconv.common.errors import VconvError
from vconv.features import schema
from vconv.features.schema import Frames


def write(path, settings, f0_range_hz, utterances, arrays, failures=()):
    """Write a feature file, whole or not at all.

    Parameters
    ----------
    path : str or Path
    settings : dict
        Settings of the features: contents, sample_rate, frame_period_ms, fft_size, f0_method, …; stored as JSON.
        `contents` decides which arrays the file holds.
    f0_range_hz : dict
        Speaker → (floor, ceiling) in Hz, NaN if none was needed; its keys, sorted, are the speakers.
    utterances : list of StoredUtterance
        `start` and `first_sample` are set here; the other fields must be right.
    arrays : iterable of dict
        One for each utterance, in the same order: name → array, for the names of `schema.array_types(contents)`: the
        fields of `Frames`, and int16 [samples] for each kind of wave.
    failures : list of (speaker, split, name, reason)
        Recordings without features.

    Raises
    ------
    VconvError
        There are no utterances, the disk is full or the folder cannot be written.
    ValueError
        An array is not as long as the table says, frames are not finite or outside [-32, 0], or a wave is not int16.
    """
    if not utterances:
        raise VconvError(f"{path}: there are no utterances to write")
    utterances, arrays = located(utterances), iter(arrays)
    first = next(arrays)
    last, types = utterances[-1], schema.array_types(settings["contents"], first)
    frames, samples = last.start + last.length, last.first_sample + last.samples
    shapes = {name: (frames if name in schema.TYPES else samples, *first[name].shape[1:]) for name in types}
    total_bytes = sum(np.dtype(types[name]).itemsize * math.prod(shape) for name, shape in shapes.items())
    with files.replacing(path) as temporary:
        with files.writing(path), hdf5.new_file(temporary, schema.FORMAT, schema.VERSION, total_bytes) as file:
            _write_tables(file, settings, f0_range_hz, utterances, failures)
            offsets = {name: hdf5.reserve(file, schema.dataset_path(name), shapes[name], types[name]) for name in types}
        with open(temporary, "rb+", buffering=0) as file:
            _write_arrays(file, path, offsets, types, utterances, itertools.chain([first], arrays))


def _write_tables(file, settings, f0_range_hz, utterances, failures):
    """Write settings, fingerprint and tables to the open HDF5 file."""
    file.attrs["settings"] = hdf5.to_json(settings)
    file.attrs["fingerprint"] = _fingerprint(settings, f0_range_hz, utterances)
    hdf5.write_rows(file, "utterances", schema.COLUMNS, [row[:-1] for row in utterances])
    hdf5.write_rows(file, "failures", schema.FAILURE_COLUMNS, failures)
    speakers = sorted(f0_range_hz)
    ranges = np.array([f0_range_hz[name] for name in speakers], np.float64)
    hdf5.write_table(file, "speakers", {"name": speakers, "f0_range_hz": ranges})


def located(utterances):
    """Return the `StoredUtterance`s with `start` and `first_sample`; utterances follow one another without gaps."""
    starts = itertools.accumulate((row.length for row in utterances), initial=0)
    samples = itertools.accumulate((row.samples for row in utterances), initial=0)
    return [
        row._replace(start=start, first_sample=first)
        for row, start, first in zip(utterances, starts, samples, strict=False)
    ]


def _write_arrays(file, path, offsets, types, utterances, arrays):
    """Write the arrays of each utterance to the space reserved in the open file, which becomes `path`.

    Writing without HDF5 is faster, and a full disk raises an OSError.
    """
    for row, by_name in zip(utterances, arrays, strict=True):
        _check(row, {name: by_name[name] for name in types})
        for name, dtype in types.items():
            values = np.ascontiguousarray(by_name[name], dtype)
            first = row.start if name in schema.TYPES else row.first_sample
            with files.writing(path):
                files.write_at(file, offsets[name] + first * (values.nbytes // len(values)), values)


def _check(row, arrays):
    """Raise a ValueError unless the arrays fit the `StoredUtterance` `row` and the limits of the file."""
    for name, array in arrays.items():
        length = row.length if name in schema.TYPES else row.samples
        if not length or len(array) != length:
            raise ValueError(f"{row.name}: {name} is empty or not {length} long")
        if name in schema.WAVES and (array.dtype, array.ndim) != (schema.WAVE_TYPE, 1):
            raise ValueError(f"{row.name}: {name} is {array.dtype} {array.shape}, not int16 [samples]")
    if "spectrum" in arrays:
        schema.check(Frames(**{name: arrays[name] for name in schema.TYPES if name in arrays}))


def _fingerprint(settings, f0_range_hz, utterances):
    """Return a SHA-256 of settings, F0 ranges and table of utterances, which decide what the arrays are.

    The digest of a recording counts, not when its file was written.
    """
    ranges = {name: list(map(float, f0_range_hz[name])) for name in f0_range_hz}
    identity = hdf5.to_json([settings, ranges, [row._replace(modified_ns=0) for row in utterances]])
    return hashlib.sha256(identity.encode()).hexdigest()
