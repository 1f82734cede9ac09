"""Reading a feature file: frames and waves by split and utterance; damaged files and missing contents are refused."""

import h5py
import numpy as np
import pytest

from vconv.audio import world
from vconv.common.errors import VconvError
from vconv.features import statistics
from vconv.features.store import FeatureStore

EVERYTHING = ("frames", "wave", "copy_synthesis")


def test_frames_of_a_split_and_their_speakers(make_store, tmp_path):
    lengths = {("B", "training"): [3, 4], ("A", "evaluation"): [5], ("A", "training"): [2]}
    opened = make_store(tmp_path / "f.h5", lengths)
    index, speaker = opened.frames("training")
    assert opened.speakers == ["A", "B"]
    assert index.tolist() == [0, 1, 2, 3, 4, 5, 6, 12, 13] and index.dtype == np.int64
    assert speaker.tolist() == [1] * 7 + [0] * 2 and speaker.dtype == np.int32
    with pytest.raises(VconvError, match="holds no validation utterances, only evaluation, training"):
        opened.frames("validation")


def test_opening_maps_the_arrays_and_closing_releases_them(make_store, tmp_path):
    opened = make_store(tmp_path / "f.h5", {("A", "training"): [3]}, contents=EVERYTHING)
    assert all(isinstance(array, np.memmap) for array in (*opened.frame_arrays.values(), *opened.waves.values()))
    opened.close()
    assert opened.spectrum is None and opened.waves == {} and opened.frames("training")[0].tolist() == [0, 1, 2]


def test_a_truncated_file_is_refused(make_store, tmp_path):
    make_store(tmp_path / "f.h5", {("A", "training"): [3000]})
    whole = (tmp_path / "f.h5").read_bytes()
    (tmp_path / "f.h5").write_bytes(whole[:-1000])
    with pytest.raises(VconvError, match="damaged"):
        FeatureStore(tmp_path / "f.h5")


@pytest.mark.parametrize("damage", ["missing", "shorter", "longer", "compressed", "of another type"])
@pytest.mark.parametrize("name", ["frames/energy", "waves/copy_synthesis"])
def test_arrays_that_contradict_the_table_are_refused(make_store, tmp_path, damage, name):
    make_store(tmp_path / "f.h5", {("A", "training"): [30, 20]}, contents=EVERYTHING)
    with h5py.File(tmp_path / "f.h5", "r+") as file:
        values = file[name][:]
        del file[name]
        if damage == "compressed":
            file.create_dataset(name, data=values, compression="gzip")
        elif damage != "missing":
            file[name] = {
                "shorter": values[:-1],
                "longer": np.resize(values, len(values) + 1),
                "of another type": values.astype(np.float64),
            }[damage]
    with pytest.raises(VconvError, match="f.h5: is no HDF5 file, or a damaged one .*; make it with `vconv extract`"):
        FeatureStore(tmp_path / "f.h5")


def test_another_version_is_refused(make_store, tmp_path):
    make_store(tmp_path / "f.h5", {("A", "training"): [3]})
    with h5py.File(tmp_path / "f.h5", "r+") as file:
        file.attrs["version"] = 6
    with pytest.raises(VconvError, match="is version 6 of vconv features, this vconv reads version 5; make it"):
        FeatureStore(tmp_path / "f.h5")


def test_read_wave_gives_the_samples_of_an_utterance(make_store, tmp_path):
    lengths = {("B", "training"): [3, 4], ("A", "evaluation"): [5]}
    opened = make_store(tmp_path / "f.h5", lengths, contents=EVERYTHING)
    assert list(opened.waves) == ["wave", "copy_synthesis"]
    assert [(row.first_sample, row.samples) for row in opened.utterances] == [(0, 240), (240, 320), (560, 400)]
    for kind, array in opened.waves.items():
        assert array.shape == (960,) and array.dtype == np.int16 and array.flags.aligned
        for row in opened.utterances:
            wave = opened.read_wave(row, kind)
            np.testing.assert_array_equal(wave, array[row.first_sample :][: row.samples])
            assert isinstance(wave, np.memmap) and len(set(wave.tolist())) > 100
    np.testing.assert_array_equal(opened.read_wave(opened.utterances[1]), opened.waves["wave"][240:560])


def test_a_file_without_frames_gives_waves_and_refuses_to_read_frames(make_store, tmp_path):
    opened = make_store(tmp_path / "f.h5", {("A", "training"): [3, 4], ("A", "validation"): [5]}, contents=["wave"])
    assert opened.spectrum is None and opened.frame_arrays == {} and opened.speakers == ["A"]
    assert [row.length for row in opened.split("training")] == [0, 0]
    message = r"f.h5: holds no frames, only wave; write contents: \[wave, frames\] in corpus.yaml and extract again"
    for read in (
        lambda: opened.frames("training"),
        lambda: opened.read(opened.utterances[0]),
        lambda: statistics.compute(opened),
        lambda: opened.require("wave", "frames"),
    ):
        with pytest.raises(VconvError, match=message):
            read()
    opened.require("wave")


def test_a_file_without_waves_names_the_contents_that_are_missing(make_store, tmp_path):
    opened = make_store(tmp_path / "f.h5", {("A", "training"): [3]}, contents=["frames"])
    assert opened.waves == {}
    with pytest.raises(VconvError, match="f.h5: holds no copy_synthesis, only frames; write contents: .*, copy_syn"):
        opened.read_wave(opened.utterances[0], "copy_synthesis")
    with pytest.raises(VconvError, match="f.h5: holds no wave and no copy_synthesis, only frames; write contents"):
        opened.require("frames", "wave", "copy_synthesis")


def test_spectra_stored_as_float16_are_exact_to_4_hundredths_of_a_db():
    """The power in a frame spans ten decades."""
    random = np.random.default_rng(0)
    spectrum = 10.0 ** random.uniform(-9, 1, (50, 513))
    log_spectrum, energy = world.normalize_energy(spectrum)
    back = world.restore_energy(log_spectrum.astype(np.float16), energy.astype(np.float32))
    assert np.abs(10 * np.log10(back / (spectrum + 1e-10))).max() < 0.04
