"""The mel spectrogram against librosa and by hand; Griffin-Lim; files of mel spectrograms."""

import librosa
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vconv.audio import griffin_lim as gl
from vconv.audio import mel as mels
from vconv.audio import mel_file
from vconv.audio.mel import MelSettings, MelSpectrogram
from vconv.common.errors import VconvError

TUTORIAL = MelSettings()
AT_16_KHZ = MelSettings(16000)
HOP_200 = MelSettings(16000, hop=200)


def noise(samples, seed=0):
    return np.random.default_rng(seed).normal(size=samples) * 0.1


@pytest.mark.parametrize("wanted", [TUTORIAL, AT_16_KHZ, HOP_200])
@pytest.mark.parametrize("samples", [5000, 5120, 300, 1])
def test_levels_are_those_of_librosa(wanted, samples):
    y = noise(samples)
    count = -(-samples // wanted.hop)
    power = librosa.feature.melspectrogram(
        y=np.pad(y, (0, 2048)),
        sr=wanted.sample_rate,
        n_fft=wanted.fft_size,
        hop_length=wanted.hop,
        center=False,
        n_mels=wanted.mels,
        fmin=wanted.low_hz,
        fmax=wanted.high_hz,
        htk=True,
        norm=None,
        window="hann",
    )
    levels_db = librosa.power_to_db(power.T[:count], amin=1e-10, top_db=80)
    found = MelSpectrogram(wanted)(y)
    assert found.shape == (count, 80) and found.dtype == np.float32
    assert np.allclose(found, levels_db, atol=2e-5)


def test_a_sine_has_its_level_in_the_band_of_its_frequency():
    """|FFT| of a sine under a Hann window of 1024 is amplitude · 1024 / 4; the triangle's top is 1."""
    mel = MelSpectrogram(AT_16_KHZ)
    bin_hz = 16000 / 1024
    band = 40
    peak = mel.filterbank[:, band].argmax()
    y = 0.5 * np.sin(2 * np.pi * peak * bin_hz * np.arange(8192) / 16000)
    powers = np.array([0.5 * 256 / 2, 0.5 * 256, 0.5 * 256 / 2]) ** 2  # Hann leaks half into each neighboring bin
    expected = 10 * np.log10(powers @ mel.filterbank[peak - 1 : peak + 2, band])
    assert mel(y)[5, band] == pytest.approx(expected, abs=1e-4)


def test_the_floor_is_80_db_below_the_maximum_or_below_a_given_one():
    mel = MelSpectrogram(AT_16_KHZ)
    y = np.concatenate([noise(8192), np.zeros(8192)])
    levels_db = mel(y)
    assert levels_db.min() == pytest.approx(levels_db.max() - 80, abs=1e-4)
    assert mel.peak_db(y) == pytest.approx(levels_db.max(), abs=1e-4)
    assert mel(np.zeros(4096), peak_db=10.0).max() == -70
    assert (mel(np.zeros(4096)) == -100).all()


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 40), st.integers(1, 10))
def test_a_stretch_of_a_signal_has_the_same_frames_as_the_whole(first, count):
    mel = MelSpectrogram(AT_16_KHZ)
    y = noise(51 * 256)
    stretch = y[first * 256 : first * 256 + mel.span(count)]
    assert np.allclose(mel(stretch, mel.peak_db(y))[:count], mel(y)[first : first + count], atol=1e-4)


def test_griffin_lim_approximates_the_levels_and_is_repeated_by_its_seed():
    mel = MelSpectrogram(AT_16_KHZ)
    time = np.arange(16000) / 16000
    y = sum(np.sin(2 * np.pi * 200 * k * time) / k for k in range(1, 30)) * 0.05 * (1 + np.sin(6 * time))
    levels_db = mel(y)
    copy = gl.griffin_lim(levels_db, mel)
    assert len(copy) == len(levels_db) * 256
    assert np.abs(mel(copy)[:-4] - levels_db[:-4]).mean() < 2
    assert copy[:15000].std() == pytest.approx(y[:15000].std(), rel=0.05)
    assert np.abs(copy[:64]).max() < 3 * np.abs(y).max()
    assert np.array_equal(copy, gl.griffin_lim(levels_db, mel)) and not np.allclose(
        copy, gl.griffin_lim(levels_db, mel, seed=1)
    )


def test_the_estimated_power_spectrum_has_the_mel_spectrogram():
    mel = MelSpectrogram(AT_16_KHZ)
    levels_db = mel(noise(20000))
    power = gl.spectrum_of(levels_db, mel)
    assert (power >= 0).all()
    assert np.abs(mels.decibels(power @ mel.filterbank) - levels_db).mean() < 0.1


@pytest.mark.parametrize(
    "changes, sentence",
    [
        ({"hop": 0}, "sizes must be 1 or more"),
        ({"hop": 2048}, "hop at most fft_size"),
        ({"high_hz": 9000.0}, "half the rate"),
        ({"low_hz": 7600.0}, "high_hz must be above low_hz"),
        ({"mels": 400}, "bands hold no bin"),
    ],
)
def test_impossible_settings_are_refused(changes, sentence):
    with pytest.raises(VconvError, match=sentence):
        MelSpectrogram(AT_16_KHZ._replace(**changes))


@pytest.mark.parametrize("y", [[], [[0.0]], [np.nan], [0.0, np.inf]])
def test_empty_two_dimensional_and_non_finite_signals_are_refused(y):
    with pytest.raises(VconvError, match="finite samples"):
        MelSpectrogram(AT_16_KHZ)(y)


def test_a_saved_mel_spectrogram_is_read_for_equal_settings_only(tmp_path):
    levels_db = MelSpectrogram(AT_16_KHZ)(noise(3000))
    path = tmp_path / "é 1.npz"
    mel_file.save(path, levels_db, AT_16_KHZ)
    assert np.array_equal(mel_file.read(path, AT_16_KHZ), levels_db)
    with pytest.raises(VconvError, match="é 1.npz.*hop 256 and 200"):
        mel_file.read(path, HOP_200)
    np.save(tmp_path / "a.npy", levels_db)
    assert np.array_equal(mel_file.read(tmp_path / "a.npy", HOP_200), levels_db), "a .npy records no settings"


@pytest.mark.parametrize(
    "write",
    [
        lambda path: path.write_text("no array"),
        lambda path: np.savez(path, other=np.zeros(3)),
        lambda path: np.save(path.open("wb"), np.array([{}])),
        lambda path: path.write_bytes(b"PK\x03\x04" + bytes(100)),
        lambda path: np.savez(path, mel=np.zeros(3), **dict.fromkeys(MelSettings._fields, "much")),
        lambda path: None,
    ],
    ids=["text", "other arrays", "pickle", "damage", "settings that are no numbers", "missing"],
)
def test_a_file_without_mel_spectrogram_is_refused(tmp_path, write):
    path = tmp_path / "x.npz"
    write(path)
    with pytest.raises(VconvError, match="x.npz: holds no mel spectrogram"):
        mel_file.read(path, AT_16_KHZ)


@pytest.mark.parametrize("gain_db", [-120, -40, 0])
def test_linear_mel_spectrograms_are_told_from_those_in_db(gain_db):
    mel, y = MelSpectrogram(AT_16_KHZ), 10 ** (gain_db / 20) * noise(4000) * np.geomspace(1e-3, 1, 4000)
    assert mels.is_linear(mel.power(y)) and not mels.is_linear(mel(y)) and not mels.is_linear(mel(y) - mel(y).min())


def test_silence_and_noise_without_dynamics_are_in_db():
    for levels_db in np.zeros((5, 80)), np.full((5, 80), -100.0), np.full((5, 80), 30.0):
        assert not mels.is_linear(levels_db)
    assert mels.is_linear(np.full((5, 80), 1e4))
