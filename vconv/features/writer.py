"""Writes the feature file that `store.FeatureStore` reads."""

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
        What made the features: contents, sample_rate, frame_period_ms, fft_size, f0_method, …; kept as JSON. `contents`
        says which arrays the file holds.
    f0_range_hz : dict
        Speaker → (floor, ceiling) in Hz, NaN where none was needed; its keys, sorted, are the speakers.
    utterances : list of StoredUtterance
        `start` is filled in here; length, samples and the rest must be right.
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
        Frames that are not finite, arrays not as long as their table says, a spectrum outside [-32, 0], waves that are
        not int16.
    """
    if not utterances:
        raise VconvError(f"{path}: there are no utterances to write")
    utterances = located(utterances)
    arrays = iter(arrays)
    first = next(arrays)
    last, types = utterances[-1], schema.array_types(settings["contents"], first)
    frames, samples = last.start + last.length, last.first_sample + last.samples
    shapes = {name: (frames if name in schema.TYPES else samples, *first[name].shape[1:]) for name in types}
    total_bytes = sum(np.dtype(types[name]).itemsize * math.prod(shape) for name, shape in shapes.items())
    with files.replacing(path) as temporary:
        with files.writing(path), hdf5.new_file(temporary, schema.FORMAT, schema.VERSION, total_bytes) as file:
            file.attrs["settings"] = hdf5.to_json(settings)
            file.attrs["fingerprint"] = _fingerprint(settings, f0_range_hz, utterances)
            hdf5.write_rows(file, "utterances", schema.COLUMNS, [row[:-1] for row in utterances])
            hdf5.write_rows(file, "failures", schema.FAILURE_COLUMNS, failures)
            speakers = sorted(f0_range_hz)
            ranges = np.array([f0_range_hz[name] for name in speakers], np.float64)
            hdf5.write_table(file, "speakers", {"name": speakers, "f0_range_hz": ranges})
            offsets = {name: hdf5.reserve(file, schema.place(name), shapes[name], types[name]) for name in types}
        with open(temporary, "rb+", buffering=0) as file:
            _write_arrays(file, path, offsets, types, utterances, itertools.chain([first], arrays))


def located(utterances):
    """Return the `StoredUtterance`s with `start` and `first_sample` filled in: one lies after the other."""
    starts = itertools.accumulate((row.length for row in utterances), initial=0)
    samples = itertools.accumulate((row.samples for row in utterances), initial=0)
    return [
        row._replace(start=start, first_sample=first)
        for row, start, first in zip(utterances, starts, samples, strict=False)
    ]


def _write_arrays(file, path, offsets, types, utterances, arrays):
    """Write the arrays where the opened file, which will be `path`, has room for them, one utterance after the other.

    Plain writing raises a plain OSError when the disk is full, and is faster than writing through HDF5.
    """
    for row, some in zip(utterances, arrays, strict=True):
        _check(row, {name: some[name] for name in types})
        for name, kind in types.items():
            values = np.ascontiguousarray(some[name], kind)
            position = row.start if name in schema.TYPES else row.first_sample
            with files.writing(path):
                files.write_at(file, offsets[name] + position * (values.nbytes // len(values)), values)


def _check(row, arrays):
    """Raise a ValueError unless the arrays of the `StoredUtterance` `row` are what the file may hold."""
    for name, array in arrays.items():
        length = row.length if name in schema.TYPES else row.samples
        if not length or len(array) != length:
            raise ValueError(f"{row.name}: {name} is empty or not {length} long")
        if name in schema.WAVES and (array.dtype, array.ndim) != (schema.WAVE_TYPE, 1):
            raise ValueError(f"{row.name}: {name} is {array.dtype} {array.shape}, not int16 [samples]")
    if "spectrum" in arrays:
        schema.check(Frames(**{name: arrays[name] for name in schema.TYPES if name in arrays}))


def _fingerprint(settings, f0_range_hz, utterances):
    """Return a SHA-256 of all that decides what the arrays are, but for the recordings' samples themselves."""
    identity = hdf5.to_json([settings, {name: list(map(float, f0_range_hz[name])) for name in f0_range_hz}, utterances])
    return hashlib.sha256(identity.encode()).hexdigest()
