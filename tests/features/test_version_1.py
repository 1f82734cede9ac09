"""Feature files of version 1, as written before files held waves: made here by h5py alone."""

import json

import h5py
import numpy as np
import pytest
import soundfile

from vconv.common.errors import VconvError
from vconv.corpus.settings import read_settings
from vconv.features import statistics
from vconv.features.extract import refuse_other_features
from vconv.features.store import FeatureStore

SETTINGS = {"sample_rate": 16000, "frame_period_ms": 5.0, "f0_method": "dio", "f0_range_hz": {}, "fft_size": 1024}
TEXT = h5py.string_dtype()


@pytest.fixture
def old(tmp_path, write_vowels):
    """The corpus A/1.wav, A/2.wav, A/3.wav of 4800, 4800 and 1600 samples, and the file of its first two."""
    write_vowels(tmp_path, {"A/1.wav": 120.0, "A/2.wav": 125.0})
    write_vowels(tmp_path, {"A/3.wav": 120.0}, seconds=0.1)
    (tmp_path / "corpus.yaml").write_text("splits: {validation: {utterances: ['2']}, training: {}}")
    sizes = [(tmp_path / f"A/{name}.wav").stat().st_size for name in (1, 2)]
    random = np.random.default_rng(0)
    with h5py.File(tmp_path / "old.h5", "w") as file:
        file.attrs.update({"format": "vconv features", "version": 1, "fingerprint": "made by hand"})
        file.attrs["settings"] = json.dumps(SETTINGS)
        file["frames/spectrum"] = -random.uniform(2, 9, (122, 513)).astype(np.float16)
        file["frames/energy"] = random.random(122).astype(np.float32)
        file["frames/f0_hz"] = np.full(122, 120, np.float32)
        file["frames/aperiodicity"] = np.full((122, 1), -9, np.float32)
        for name, texts in {"name": ["1", "2"], "speaker": ["A", "A"], "split": ["training", "validation"]}.items():
            file.create_dataset(f"utterances/{name}", data=texts, dtype=TEXT)
        for name, numbers in {
            "start": [0, 61],
            "length": [61, 61],
            "samples": [4800, 4800],
            "file_bytes": sizes,
        }.items():
            file[f"utterances/{name}"] = np.array(numbers, np.int64)
        file.create_dataset("speakers/name", data=["A"], dtype=TEXT)
        file["speakers/f0_range_hz"] = np.array([[70.0, 200.0]])
        for name in "speaker", "split", "name", "reason":
            file.create_dataset(f"failures/{name}", (0,), TEXT)
    return tmp_path


def test_it_reads_as_a_file_of_frames(old):
    with FeatureStore(old / "old.h5") as opened, h5py.File(old / "old.h5") as file:
        assert opened.settings == SETTINGS | {"contents": ["frames"]} and opened.fingerprint == "made by hand"
        for name in "spectrum", "energy", "f0_hz", "aperiodicity":
            np.testing.assert_array_equal(getattr(opened, name), file[f"frames/{name}"][:])
            second = getattr(opened.read(opened.utterances[1]), name)
            np.testing.assert_array_equal(second, file[f"frames/{name}"][61:])
        assert opened.waves == {} and opened.frames("validation")[0].tolist() == list(range(61, 122))
        with pytest.raises(VconvError, match=r"old.h5: holds no wave, only frames; write contents: \[frames, wave\]"):
            opened.read_wave(opened.utterances[0])
        computed = statistics.compute(opened)
    np.testing.assert_allclose(computed.log_f0_mean, np.log(120), rtol=1e-9)


def test_a_training_on_frames_goes_on_with_it(old):
    corpus = read_settings(old / "corpus.yaml")
    assert corpus["contents"] == ["frames", "wave"]
    with FeatureStore(old / "old.h5") as opened:
        refuse_other_features(opened, corpus)
        with pytest.raises(VconvError, match=r"old.h5: holds no wave, only frames; write contents: \[frames, wave\]"):
            refuse_other_features(opened, corpus, ("wave",))
        for change in {"sample_rate": 22050}, {"f0_method": "harvest"}:
            with pytest.raises(VconvError, match=f"was made with {next(iter(change))} "):
                refuse_other_features(opened, corpus | change)


def test_extraction_asks_for_another_file_or_goes_on_with_frames_alone(old, inline, run):
    before = (old / "old.h5").read_bytes()
    with pytest.raises(
        VconvError,
        match=r"old.h5: was made with contents \['frames'\], but now \['frames', 'wave'\] "
        "is asked for; choose another --output, or delete it",
    ):
        run(old / "corpus.yaml", old / "old.h5")
    assert (old / "old.h5").read_bytes() == before
    spectrum = FeatureStore(old / "old.h5").spectrum[:].copy()
    assert run(old / "corpus.yaml", old / "old.h5", {"contents": ["frames"]})[0] == (1, 2, [])
    with FeatureStore(old / "old.h5") as opened, h5py.File(old / "old.h5") as file:
        assert file.attrs["version"] == 2 and "waves" not in file and opened.settings["contents"] == ["frames"]
        assert [(row.name, row.start, row.length) for row in opened.utterances] == [
            ("1", 0, 61),
            ("3", 61, 21),
            ("2", 82, 61),
        ]
        np.testing.assert_array_equal(opened.spectrum[opened.frames("validation")[0]], spectrum[61:])


def test_a_file_that_lacks_nothing_is_left_as_it_is(old, inline, run):
    (old / "A/3.wav").unlink()
    before = (old / "old.h5").read_bytes()
    _, lines = run(old / "corpus.yaml", old / "old.h5", {"contents": ["frames"]})
    assert lines == [f"{old / 'old.h5'}: complete already, nothing to do"]
    assert (old / "old.h5").read_bytes() == before


def test_a_new_file_beside_it_has_the_waves(old, inline, run):
    assert run(old / "corpus.yaml", old / "new.h5")[0] == (3, 0, [])
    with FeatureStore(old / "new.h5") as opened:
        for row in opened.utterances:
            expected = soundfile.read(old / "A" / f"{row.name}.wav", dtype="int16")[0]
            np.testing.assert_array_equal(opened.read_wave(row), expected)
        assert [row.first_sample for row in opened.utterances] == [0, 4800, 6400]
