"""Waves in the feature file: samples of the recordings, copy-synthesis, and files without frames."""

import numpy as np
import pytest
import soundfile

from vconv.audio import loudness, wav, world
from vconv.common.errors import VconvError
from vconv.features import f0_ranges
from vconv.features.store import FeatureStore


@pytest.fixture
def recordings(tmp_path, write_vowels):
    """A folder A of two vowels and, beside it, a corpus.yaml that holds `z` out and asks for all contents."""
    write_vowels(tmp_path, {"A/b.wav": 120.0, "A/z.wav": 125.0})
    (tmp_path / "corpus.yaml").write_text(
        "contents: [frames, wave, copy_synthesis]\nsplits: {validation: {utterances: [z]}, training: {}}"
    )
    return tmp_path / "A"


@pytest.fixture
def extracted(tmp_path, inline, run):
    """Extract again: extracted(changes) → FeatureStore, utterances by name."""

    def make(changes=None):
        (tmp_path / "f.h5").unlink(missing_ok=True)
        run(tmp_path / "corpus.yaml", tmp_path / "f.h5", changes)
        opened = FeatureStore(tmp_path / "f.h5")
        return opened, {row.name: row for row in opened.utterances}

    return make


def test_16_bit_recordings_are_stored_sample_by_sample(recordings, extracted):
    samples = np.random.default_rng(0).integers(-32768, 32768, 4001).astype(np.int16)
    samples[:2] = -32768, 32767
    soundfile.write(recordings / "16.wav", samples, 16000, "PCM_16")
    soundfile.write(recordings / "16 b.FLAC", samples, 16000, "PCM_16")
    opened, rows = extracted()
    for name in "16", "16 b":
        np.testing.assert_array_equal(opened.read_wave(rows[name]), samples)
    for name in "b", "z":
        expected = soundfile.read(recordings / f"{name}.wav", dtype="int16")[0]
        np.testing.assert_array_equal(opened.read_wave(rows[name]), expected)


def test_other_recordings_are_rounded_clipped_mixed_and_resampled(recordings, extracted):
    vowel = soundfile.read(recordings / "b.wav")[0]
    soundfile.write(recordings / "float.wav", vowel * 7, 16000, "FLOAT")
    soundfile.write(recordings / "stereo.wav", np.stack([vowel, np.zeros(len(vowel))], axis=1), 16000, "PCM_24")
    soundfile.write(recordings / "fast.wav", wav.resample(vowel, 16000, 44100), 44100, "DOUBLE")
    opened, rows = extracted()
    loud = opened.read_wave(rows["float"]).astype(int)
    np.testing.assert_allclose(loud, np.clip(vowel * 7 * 32768, -32768, 32767), atol=0.51)
    assert loud.max() == 32767 and loud.min() == -32768
    np.testing.assert_allclose(opened.read_wave(rows["stereo"]), vowel * 16384, atol=0.51)
    assert rows["fast"].samples == len(vowel)
    np.testing.assert_allclose(opened.read_wave(rows["fast"])[100:-100], 32768 * vowel[100:-100], atol=30)


def test_the_copy_synthesis_is_made_of_the_stored_frames(recordings, extracted):
    opened, rows = extracted()
    for row in rows.values():
        stored = opened.read(row)
        y = world.synthesize(
            stored.f0_hz,
            world.restore_energy(stored.spectrum, stored.energy),
            world.decode_aperiodicity(stored.aperiodicity, 16000),
            16000,
        )
        recording = wav.read(recordings / f"{row.name}.wav", 16000)[0]
        expected = wav.to_int16(loudness.match_level(y[: row.samples], recording, 16000))
        copy = opened.read_wave(row, "copy_synthesis")
        assert len(copy) == row.samples and np.abs(copy).max() > 1000
        np.testing.assert_array_equal(copy, expected)


def test_for_waves_alone_nothing_is_analyzed_and_no_f0_range_searched(recordings, tmp_path, inline, run, monkeypatch):
    soundfile.write(recordings / "short.wav", np.linspace(0, 0.1, 7), 16000)
    monkeypatch.setattr(f0_ranges, "_wide_f0", None)
    monkeypatch.setattr(world, "analyze", None)
    report, lines = run(tmp_path / "corpus.yaml", tmp_path / "w.h5", {"contents": ["wave"]})
    assert report == (3, 0, [], []) and lines == []
    (recordings / "short.wav").unlink()
    assert run(tmp_path / "corpus.yaml", tmp_path / "w.h5", {"contents": ["wave"]})[0] == (0, 2, [], [])
    with FeatureStore(tmp_path / "w.h5") as opened:
        assert np.isnan(opened.f0_range_hz).all() and opened.f0_range_hz.shape == (1, 2)
        assert [(row.name, row.length, row.samples) for row in opened.utterances] == [("b", 0, 4800), ("z", 0, 4800)]
        expected = soundfile.read(recordings / "z.wav", dtype="int16")[0]
        np.testing.assert_array_equal(opened.read_wave(opened.utterances[1]), expected)


def test_a_corpus_of_silent_recordings_is_refused(recordings, extracted):
    for path in recordings.glob("*"):
        soundfile.write(path, np.zeros(4800), 16000)
    with pytest.raises(VconvError, match="none of 2 recordings could be analyzed; the first: .*: is silent; remove it"):
        extracted({"contents": ["wave"]})
    with pytest.raises(VconvError, match="^A: no F0 range can be found"):
        extracted({"contents": ["wave", "copy_synthesis"]})
