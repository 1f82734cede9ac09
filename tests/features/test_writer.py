"""Writing a feature file: reading gives what was written; impossible features and shapes are refused."""

import errno
import shutil
from types import SimpleNamespace

import numpy as np
import pytest

from vconv.common.errors import VconvError
from vconv.features import writer
from vconv.features.schema import array_types
from vconv.features.store import FeatureStore, Frames, StoredUtterance


def frames(length, bins=4, **changes):
    spectrum, cepstra = np.full((length, bins), -2.0), np.zeros((length, 40))
    whole = Frames(spectrum, np.ones(length), np.zeros(length), np.zeros((length, 1)), cepstra)
    return whole._replace(**changes).arrays()


def wave(samples):
    return {"wave": np.arange(-1, samples - 1, dtype=np.int16)}


def row(length, **changes):
    return StoredUtterance("u", "A", "training", 0, length, length * 80)._replace(**changes)


def write(path, rows, arrays, settings=None, ranges=None):
    writer.write(path, {"contents": ["frames"]} | (settings or {}), ranges or {"A": (50, 100)}, rows, arrays)


def test_reading_gives_what_was_written(tmp_path):
    rows = [
        row(3, name="Zoë ß"),
        row(5, name="x_y z", split="evaluation", file_bytes=77, modified_ns=10**18, digest="ab"),
    ]
    arrays = [frames(3), frames(5, spectrum=-np.arange(20.0).reshape(5, 4), f0_hz=np.arange(5.0))]
    settings = {"contents": ["frames"], "sample_rate": 16000, "f0_range_hz": {"é": [1.5, 2.0]}}
    write(tmp_path / "f.h5", rows, arrays, settings, {"A": (51.5, 99.5)})
    with FeatureStore(tmp_path / "f.h5") as opened:
        assert opened.settings == settings
        assert opened.utterances == [rows[0], rows[1]._replace(start=3, first_sample=240)]
        assert opened.speakers == ["A"] and opened.f0_range_hz.tolist() == [[51.5, 99.5]] and opened.failures == []
        kinds = [(array.dtype, array.shape) for array in opened.frame_arrays.values()]
        shapes = [(8,), (8,), (8, 1), (8, 40)]
        assert kinds == [(np.float16, (8, 4)), *((np.float32, shape) for shape in shapes)]
        stored = opened.read(opened.utterances[1]).arrays()
        assert stored.keys() == arrays[1].keys()
        for name, array in stored.items():
            np.testing.assert_array_equal(array, arrays[1][name])
            assert isinstance(array, np.memmap) and array.flags.aligned


def test_content_computed_from_the_signal_is_stored_where_there_is_some(tmp_path):
    arrays = [frames(3, content=np.arange(6.0).reshape(3, 2)), frames(2, content=np.ones((2, 2)))]
    write(tmp_path / "f.h5", [row(3), row(2, name="v")], arrays)
    with FeatureStore(tmp_path / "f.h5") as opened:
        found = opened.read(opened.utterances[0]).content
        assert found.dtype == np.float32 and found.tolist() == [[0, 1], [2, 3], [4, 5]]
    write(tmp_path / "g.h5", [row(3)], [frames(3)])
    with FeatureStore(tmp_path / "g.h5") as opened:
        assert opened.read(opened.utterances[0]).content is None


def test_the_fingerprint_depends_on_settings_ranges_and_utterances_only(tmp_path):
    def fingerprint(rows=None, arrays=None, **options):
        write(tmp_path / "f.h5", rows or [row(3)], arrays or [frames(3)], **options)
        return FeatureStore(tmp_path / "f.h5").fingerprint

    same = fingerprint()
    assert fingerprint([row(3, modified_ns=1)]) == same, "a copy of a recording is the same recording"
    assert fingerprint() == same and fingerprint(ranges={"A": (50.0, 100.0)}) == same
    others = {
        fingerprint(settings={"sample_rate": 1}),
        fingerprint(ranges={"A": (50, 101)}),
        fingerprint([row(3, name="v")]),
        fingerprint([row(3, samples=241)]),
        fingerprint([row(3, file_bytes=1)]),
        fingerprint([row(3, digest="1")]),
        fingerprint([row(4)], [frames(4)]),
        same,
        fingerprint(arrays=[frames(3) | wave(240)], settings={"contents": ["frames", "wave"]}),
    }
    assert len(others) == 9


@pytest.mark.parametrize(
    ("length", "changes"),
    [
        (3, {"spectrum": np.full((3, 4), np.nan)}),
        (3, {"f0_hz": np.array([1, np.inf, 2])}),
        (3, {"energy": np.array([np.nan, 1, 1])}),
        (3, {"aperiodicity": np.full((3, 1), -np.inf)}),
        (3, {"spectrum": np.full((3, 4), 0.1)}),
        (3, {"spectrum": np.full((3, 4), -32.0)}),
        (3, {"energy": np.ones(2)}),
        (0, {}),
    ],
)
def test_features_out_of_range_or_of_another_length_are_refused(tmp_path, length, changes):
    with pytest.raises(ValueError):
        write(tmp_path / "f.h5", [row(length)], [frames(length, **changes)])
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    "contents",
    [
        ["wave"],
        ["frames", "wave"],
        ["frames", "copy_synthesis"],
        ["wave", "copy_synthesis"],
        ["frames", "wave", "copy_synthesis"],
    ],
)
def test_each_combination_of_contents_is_stored(tmp_path, contents):
    """Arrays beyond the contents are ignored."""
    lengths = [3, 5] if "frames" in contents else [0, 0]
    rows = [row(length, samples=samples) for length, samples in zip(lengths, (7, 400), strict=True)]
    arrays = [
        frames(count) | wave(samples) | {"copy_synthesis": np.full(samples, count, np.int16)}
        for count, samples in ((3, 7), (5, 400))
    ]
    write(tmp_path / "f.h5", rows, arrays, {"contents": contents}, {"A": (np.nan, np.nan)})
    with FeatureStore(tmp_path / "f.h5") as opened:
        assert opened.settings == {"contents": contents} and np.isnan(opened.f0_range_hz).all()
        assert [utterance.first_sample for utterance in opened.utterances] == [0, 7]
        for utterance, written in zip(opened.utterances, arrays, strict=True):
            stored = opened.read_all(utterance)
            assert set(stored) == {*array_types(contents)}
            for name, array in stored.items():
                np.testing.assert_array_equal(array, written[name])


@pytest.mark.parametrize(
    "arrays",
    [
        wave(239),
        wave(241),
        {"copy_synthesis": np.zeros(240, np.int16)},
        {"wave": np.zeros(240)},
        {"wave": np.zeros((240, 2), np.int16)},
        {},
    ],
)
def test_waves_that_contradict_the_table_are_refused(tmp_path, arrays):
    with pytest.raises((ValueError, KeyError)):
        write(tmp_path / "f.h5", [row(0, samples=240)], [arrays], {"contents": ["wave"]})
    assert not list(tmp_path.iterdir())


def test_the_number_of_utterances_and_of_their_frames_must_agree(tmp_path):
    for arrays in [frames(3)], [frames(3)] * 3:
        with pytest.raises(ValueError):
            write(tmp_path / "f.h5", [row(3), row(3)], arrays)
    with pytest.raises(VconvError, match="no utterances"):
        write(tmp_path / "f.h5", [], [])


def test_too_little_disk_space_is_refused_before_hdf5_writes(tmp_path, monkeypatch):
    """On a full disk HDF5 crashes the process."""
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=10**7))
    with pytest.raises(VconvError, match="f.h5: cannot be written .*make room"):
        write(tmp_path / "f.h5", [row(3)], [frames(3)])
    assert not list(tmp_path.iterdir())


def test_a_recording_that_cannot_be_read_is_not_told_as_a_file_that_cannot_be_written(tmp_path):
    def arrays():
        yield frames(3)
        raise OSError(errno.EIO, "the recording")

    with pytest.raises(OSError, match="the recording"):
        write(tmp_path / "f.h5", [row(3), row(3)], arrays())
    assert not list(tmp_path.iterdir())
