"""Images of recordings: their range, their inverse, what silence becomes."""
import numpy as np
import pytest
from voice import voice

from vconv.audio.images import ConstantQImage, MelImage
from vconv.audio.mel import MelSettings, MelSpectrogram
from vconv.errors import VconvError

RATE = 16000
MEL = MelSpectrogram(MelSettings(RATE, mels=40))
NOISE = np.random.default_rng(0).normal(0, 0.1, RATE)
CQT = {"rate": 22050, "hop": 256, "bins": 252, "bins_per_octave": 36, "low_hz": 32.703, "range_db": 80.0}


def vowel(rate, seconds=1.0):
    time = np.arange(int(seconds * rate)) / rate
    return voice(150 + 30 * np.sin(6 * time), seconds, rate, np.array([500.0, 1300, 2500]))


def correlation(one, other):
    return float(np.dot(one, other) / np.linalg.norm(one) / np.linalg.norm(other))


def test_a_mel_image_and_its_levels():
    image, peak_db = MelImage(MEL, 60.0)(NOISE)
    assert image.shape == (40, MEL.frames(RATE), 1) and image.dtype == np.float32
    assert image.max() == 1 and image.min() >= -1 and peak_db == pytest.approx(MEL.peak_db(NOISE))
    back = MelImage(MEL, 60.0).levels_db(image, peak_db)
    assert np.allclose(back, np.maximum(MEL(NOISE), peak_db - 60), atol=1e-3)


@pytest.mark.parametrize("make", [lambda: MelImage(MEL, 80.0), lambda: ConstantQImage(**CQT)])
def test_loudness_is_taken_out_and_silence_is_silent(make):
    image = make()
    one, other = image(NOISE), image(NOISE / 8)
    assert np.abs(one[0] - other[0]).max() < 0.05
    assert one[1] - other[1] == pytest.approx(20 * np.log10(8), abs=0.01)
    silent, _ = image(np.zeros(RATE))
    assert np.allclose(np.hypot(silent[..., 0], silent[..., 1]), 0, atol=1e-6) if image.channels == 2 else (
        silent == -1).all()
    assert np.abs(one[0]).max() <= 1 + 1e-6 and one[0].shape[2] == image.channels


def test_griffin_lim_says_what_the_image_shows():
    y = vowel(RATE)
    image = MelImage(MEL, 80.0)
    shown, peak_db = image(y)
    again, again_peak_db = image(image.sound(shown, peak_db))
    assert again.shape == shown.shape and abs(again_peak_db - peak_db) < 3
    loud = shown > 0
    assert np.abs(again - shown)[loud].mean() < 0.05


def test_the_constant_q_transform_is_252_by_361_and_its_phases_bring_the_signal_back():
    image = ConstantQImage(**CQT)
    y = vowel(22050, 360 * 256 / 22050)
    shown, peak_db = image(y)
    assert shown.shape == (252, 361, 2) and image.frames(len(y)) == 361
    back = image.sound(shown, peak_db)[: len(y)]
    middle = slice(11025, len(y) - 11025)
    assert correlation(back[middle], y[: len(back)][middle]) > 0.95
    turned = image.sound(-shown, peak_db)[: len(y)]
    assert np.allclose(turned, -back, atol=1e-6 * np.abs(back).max() + 1e-9)


@pytest.mark.parametrize("changes, sentence", [
    ({"rate": 8000}, "above half of the sample rate 8000"),
    ({"hop": 100}, "a hop of 100 does not fit 7 octaves; take a multiple of 64, for example 128"),
])
def test_impossible_transforms_are_refused(changes, sentence):
    with pytest.raises(VconvError, match=sentence):
        ConstantQImage(**CQT | changes)
