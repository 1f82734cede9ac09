"""What the networks are given, and what is said where a package is missing."""

import sys
import types

import numpy as np
import pytest

from vconv.common.errors import VconvError
from vconv.evaluation import intelligibility, naturalness, neural_packages, speaker_encoder

RATE = 16000


def tone(rate=RATE, seconds=0.5, hz=440.0, peak=0.5):
    return peak * np.sin(2 * np.pi * hz * np.arange(int(seconds * rate)) / rate)


@pytest.mark.parametrize("rate", [8000, 16000, 22050, 48000])
def test_speech_arrives_at_16_khz(rate):
    y = neural_packages.speech(tone(rate), rate)
    assert (y.dtype, y.shape) == (np.float32, (8000,))
    middle = slice(1000, 7000)  # the ends of a tone that was cut off ring
    assert y[middle] == pytest.approx(tone()[middle], abs=0.01)


def test_speech_is_scaled_only_above_full_scale():
    assert neural_packages.speech(tone(peak=0.9), RATE) == pytest.approx(tone(peak=0.9), abs=1e-6)
    assert np.abs(neural_packages.speech(tone(peak=4.0), RATE)).max() == 1


def nan_inside():
    y = tone()
    y[7] = np.nan
    return y


@pytest.mark.parametrize(
    ("y", "says"),
    [
        (np.zeros(0), "last 0.1 s"),
        (tone(seconds=0.09), "last 0.1 s"),
        (np.zeros((8000, 2)), "mono"),
        (np.zeros(8000), "silent"),
        (nan_inside(), "NaN"),
    ],
)
def test_a_signal_that_cannot_be_scored(y, says):
    with pytest.raises(VconvError, match=says):
        neural_packages.speech(y, RATE)


@pytest.mark.parametrize(
    "load",
    [
        speaker_encoder.SpeakerEncoder,
        lambda: naturalness.distillmos(tone(), RATE),
        lambda: naturalness.dnsmos(tone(), RATE),
        intelligibility.Recognizer,
    ],
)
def test_a_missing_package_is_one_sentence(monkeypatch, load):
    naturalness._distillmos_network.cache_clear()
    for name in ("resemblyzer", "torch", "speechmos.dnsmos", "speechmos", "faster_whisper"):
        monkeypatch.setitem(sys.modules, name, None)  # as Python marks what cannot be imported
    with pytest.raises(VconvError, match=r"cannot be loaded \(.*\); pip install 'vconv\[neural\]'$"):
        load()


def test_a_package_that_breaks_on_import_says_why(monkeypatch, tmp_path):
    (tmp_path / "broken_build.py").write_text("raise RuntimeError('two CUDA versions.\\nsecond line')")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(VconvError, match=r"broken_build cannot be loaded \(two CUDA versions\); pip install"):
        neural_packages.package("broken_build")
    (tmp_path / "silent_build.py").write_text("raise ImportError")
    with pytest.raises(VconvError, match="silent_build cannot be loaded"):
        neural_packages.package("silent_build")


def test_available_names_what_is_installed(monkeypatch):
    monkeypatch.setattr(naturalness, "find_spec", lambda name: types.SimpleNamespace() if name == "speechmos" else None)
    assert naturalness.available() == ("dnsmos",)
    assert set(naturalness.predictors()) == {"distillmos", "dnsmos"}
