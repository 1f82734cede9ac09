"""Audio files: reading, resampling, writing, and the errors of unreadable files and bad signals."""

import os
import re

import numpy as np
import pytest
import soundfile
from hypothesis import given, settings
from hypothesis import strategies as st

from vconv.audio import wav
from vconv.common.errors import VconvError


def tone(rate, seconds=0.5, hz=440.0):
    return 0.3 * np.sin(2 * np.pi * hz * np.arange(int(rate * seconds)) / rate)


@pytest.mark.parametrize("name", ["plain.wav", "with space.flac", "voilà ∆ 声.wav"])
def test_files_of_any_name_are_written_and_read(tmp_path, name):
    y = np.round(tone(16000) * 32768) / 32768
    assert wav.write(tmp_path / name, y, 16000) == 1.0
    back, rate = wav.read(str(tmp_path / name))
    assert rate == 16000 and back.dtype == np.float64
    np.testing.assert_array_equal(back, y)


@settings(max_examples=25, deadline=None)
@given(samples=st.lists(st.integers(-32735, 32735), min_size=1, max_size=50))
def test_reading_and_writing_keeps_every_16_bit_sample(tmp_path_factory, samples):
    path = tmp_path_factory.mktemp("wav") / "a.wav"
    soundfile.write(path, np.array(samples, np.int16), 16000)
    y, rate = wav.read(path)
    np.testing.assert_array_equal(y * 32768, samples)
    wav.write(path, y, rate)
    np.testing.assert_array_equal(soundfile.read(path, dtype="int16")[0], samples)


@pytest.mark.parametrize("subtype", ["PCM_U8", "PCM_16", "PCM_24", "PCM_32", "FLOAT", "DOUBLE"])
def test_every_depth_has_full_scale_one(tmp_path, subtype):
    y = np.array([0.0, 0.5, -0.5, 0.25, -1.0])
    soundfile.write(tmp_path / "a.wav", y, 16000, subtype)
    np.testing.assert_allclose(wav.read(tmp_path / "a.wav")[0], y, atol=1 / 128 if subtype == "PCM_U8" else 1e-4)


def test_channels_are_averaged(tmp_path):
    left, right = tone(16000), tone(16000, hz=1000.0)
    soundfile.write(tmp_path / "a.wav", np.stack([left, right], axis=1), 16000, "DOUBLE")
    np.testing.assert_allclose(wav.read(tmp_path / "a.wav")[0], (left + right) / 2, atol=1e-12)


@pytest.mark.parametrize("file_rate", [8000, 11025, 22050, 44100, 48000])
def test_resampling_keeps_a_tone_and_its_length(tmp_path, file_rate):
    soundfile.write(tmp_path / "a.wav", tone(file_rate), file_rate, "DOUBLE")
    y, rate = wav.read(tmp_path / "a.wav", 16000)
    assert rate == 16000 and abs(len(y) - 8000) <= 1
    np.testing.assert_allclose(y[500:7500], tone(16000)[500:7500], atol=1e-3)


def test_resampling_down_removes_frequencies_that_would_alias(tmp_path):
    soundfile.write(tmp_path / "a.wav", tone(48000, hz=10000.0), 48000, "DOUBLE")
    assert np.abs(wav.read(tmp_path / "a.wav", 16000)[0][500:-500]).max() < 1e-4


@settings(max_examples=40, deadline=None)
@given(
    samples=st.integers(1, 3000),
    seed=st.integers(0, 99),
    rates=st.tuples(*[st.sampled_from([8000, 11025, 16000, 22050, 24000, 44100, 48000])] * 2),
)
def test_resampling_has_the_right_length_and_up_and_down_is_lossless(samples, seed, rates):
    low, high = sorted(rates)
    noise = np.random.default_rng(seed).standard_normal(samples)
    assert len(wav.resample(noise, high, low)) == int(np.ceil(samples * low / high))
    y = wav.resample(np.r_[np.zeros(2000), noise, np.zeros(2000)], 48000, low)
    there = wav.resample(y, low, high)
    assert len(there) == int(np.ceil(len(y) * high / low))
    back = wav.resample(there, high, low)[: len(y)]
    assert np.square(back - y).sum() <= 1e-2 * np.square(y).sum()


@pytest.mark.parametrize("suffix", [".wav", ".flac", ".ogg"])
def test_a_signal_above_full_scale_is_scaled_as_a_whole(tmp_path, suffix):
    y = 5 * tone(16000)
    gain = wav.write(tmp_path / f"a{suffix}", y, 16000)
    assert gain == pytest.approx(0.999 / 1.5, rel=1e-3)
    back = wav.read(tmp_path / f"a{suffix}")[0]
    np.testing.assert_allclose(back, gain * y, atol=0.05 if suffix == ".ogg" else 1e-4)


def test_resampling_that_overshoots_does_not_clip(tmp_path):
    square = np.sign(tone(16000, hz=300.0)) * 0.999
    gain = wav.write(tmp_path / "a.wav", square, 16000, file_rate=44100)
    back, rate = wav.read(tmp_path / "a.wav")
    assert rate == 44100 and gain < 0.95
    assert np.abs(back).max() == pytest.approx(0.999, abs=1e-4)
    assert np.sum(np.abs(back) > 0.9985) < 20  # a clipped signal has thousands at the limit


def test_a_long_ogg_file_has_all_samples(tmp_path):
    y = 0.1 * np.random.default_rng(0).standard_normal(3_000_000)
    wav.write(tmp_path / "a.ogg", y, 44100)
    assert len(wav.read(tmp_path / "a.ogg")[0]) == len(y)


def test_silence_and_a_single_sample_are_kept(tmp_path):
    assert wav.write(tmp_path / "a.wav", np.zeros(100), 16000) == 1.0
    assert not wav.read(tmp_path / "a.wav")[0].any()
    wav.write(tmp_path / "a.wav", [0.5], 16000)
    assert wav.read(tmp_path / "a.wav")[0].tolist() == [0.5]


def test_a_failed_write_leaves_the_old_file_and_no_other(tmp_path, monkeypatch):
    wav.write(tmp_path / "a.wav", tone(16000), 16000)
    before = (tmp_path / "a.wav").read_bytes()
    monkeypatch.setattr(os, "fsync", lambda _: (_ for _ in ()).throw(OSError(28, "No space left on device")))
    with pytest.raises(VconvError, match="No space left on device"):
        wav.write(tmp_path / "a.wav", tone(16000, hz=200.0), 16000)
    assert [path.name for path in tmp_path.iterdir()] == ["a.wav"]
    assert (tmp_path / "a.wav").read_bytes() == before


@pytest.mark.parametrize("suffix", [".wav", ".flac", ".ogg"])
def test_a_full_disk_is_one_sentence_and_leaves_the_old_file_and_no_other(tmp_path, file_limit, capfd, suffix):
    path, noise = tmp_path / f"a{suffix}", np.random.default_rng(0).normal(size=80000) / 9
    wav.write(path, tone(16000), 16000)
    before = path.read_bytes()
    with file_limit(20000), pytest.raises(VconvError) as error:
        wav.write(path, noise, 16000)
    assert str(error.value) == f"{path}: cannot be written (File too large); make room or choose another place"
    assert [found.name for found in tmp_path.iterdir()] == [path.name] and path.read_bytes() == before
    assert capfd.readouterr() == ("", "")


def test_samples_behind_a_header_that_counts_none_are_no_empty_recording(tmp_path):
    """An interrupted recording may leave such a header."""
    path = tmp_path / "a.wav"
    wav.write(path, tone(16000), 16000)
    header, samples = path.read_bytes()[:40], path.read_bytes()[44:]
    path.write_bytes(header + bytes(4) + samples)
    with pytest.raises(VconvError, match="a.wav: its header says that it holds no samples, but bytes follow.*: sox "):
        wav.read(path)


def bad_files(folder):
    (folder / "text.wav").write_text("I am no audio.", encoding="utf-8")
    (folder / "nothing.wav").write_bytes(b"")
    (folder / "random.flac").write_bytes(bytes(range(256)) * 8)
    (folder / "head.raw").write_bytes(b"\0\0" * 100)
    (folder / "folder.wav").mkdir()
    soundfile.write(folder / "empty.wav", np.zeros(0), 16000)
    soundfile.write(folder / "nan.wav", [0.0, np.nan, 0.0], 16000, "FLOAT")
    soundfile.write(folder / "inf.wav", [0.0, np.inf, 0.0], 16000, "FLOAT")
    soundfile.write(folder / "huge.wav", [0.0, 1e9], 16000, "FLOAT")
    return {
        "huge.wav": "full scale is 1",
        "text.wav": "no readable audio",
        "nothing.wav": "no readable audio",
        "random.flac": "no readable audio",
        "head.raw": "no readable audio",
        "folder.wav": "no such file",
        "missing.wav": "no such file",
        "empty.wav": "no samples",
        "nan.wav": "NaN or infinite",
        "inf.wav": "NaN or infinite",
    }


def test_channels_that_cancel_and_16_bit_scale_are_mended_and_told(tmp_path):
    y, notes = tone(16000), []
    soundfile.write(tmp_path / "a.wav", np.stack([y, -y], axis=1), 16000, "DOUBLE")
    soundfile.write(tmp_path / "b.wav", 32768 * y, 16000, "FLOAT")
    for name in "a.wav", "b.wav":
        np.testing.assert_allclose(wav.read(tmp_path / name, report=notes.append)[0], y, atol=1e-6)
        np.testing.assert_allclose(wav.read(tmp_path / name)[0], y, atol=1e-6)
    assert ["cancel" in note for note in notes] == [True, False] and "16-bit" in notes[1]


def test_a_file_that_does_not_fit_into_the_memory_is_one_sentence(tmp_path, monkeypatch):
    wav.write(tmp_path / "a.wav", tone(16000), 16000)
    monkeypatch.setattr(np, "concatenate", lambda _: (_ for _ in ()).throw(MemoryError))
    with pytest.raises(VconvError, match="a.wav: does not fit into the memory; cut it into shorter recordings"):
        wav.read(tmp_path / "a.wav")


def test_the_error_of_an_unreadable_file_is_one_sentence_that_names_it(tmp_path):
    for name, reason in bad_files(tmp_path).items():
        with pytest.raises(VconvError, match=f"{re.escape(str(tmp_path / name))}: .*{reason}") as error:
            wav.read(tmp_path / name, 16000)
        assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("name", "y", "reason"),
    [
        ("a.mp4", np.zeros(9), "use one of: .wav, .flac, .ogg"),
        ("a", np.zeros(9), "use one of"),
        ("a.wav", np.array([0.0, np.nan]), "NaN"),
        ("a.wav", np.zeros((2, 9)), r"shape \(2, 9\)"),
        ("a.wav", np.zeros(0), "not empty"),
        (
            "a.flac",
            np.zeros(9),
            "the format flac cannot have a sample rate of 700,000 Hz; choose a rate from 1 to 655,350 Hz, above",
        ),
        ("file/a.wav", np.zeros(9), "cannot be written .*; choose a folder you may write to"),
    ],
)
def test_bad_signals_and_paths_are_refused_and_nothing_is_written(tmp_path, name, y, reason):
    (tmp_path / "file").touch()
    with pytest.raises(VconvError, match=reason):
        wav.write(tmp_path / name, y, 16000, 700_000 if name.endswith(".flac") else None)
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


@pytest.mark.parametrize("gain", [0.5, 40])
def test_flac_in_memory_equals_the_flac_file(tmp_path, gain):
    y = gain * tone(22050)
    wav.write(tmp_path / "a.flac", y, 22050)
    assert wav.to_flac(y, 22050) == (tmp_path / "a.flac").read_bytes()


def test_a_rate_of_0_hz_is_refused():
    with pytest.raises(VconvError, match="0 Hz is impossible"):
        wav.resample(np.zeros(9), 16000, 0)
