"""Spectrograms as images: their range, their inverse, and the image of silence."""

import numpy as np
import pytest
from voice import voice

from vconv.audio import f0, world
from vconv.audio.images import ConstantQImage, MelImage, WorldImage
from vconv.audio.mel import MelSettings, MelSpectrogram
from vconv.common.errors import VconvError

RATE = 16000
MEL = MelSpectrogram(MelSettings(RATE, mels=40))
NOISE = np.random.default_rng(0).normal(0, 0.1, RATE)
CQT = {"rate": 22050, "hop": 256, "bins": 252, "bins_per_octave": 36, "low_hz": 32.703, "range_db": 80.0}


def vowel(rate, seconds=1.0):
    time = np.arange(int(seconds * rate)) / rate
    return voice(150 + 30 * np.sin(6 * time), seconds, rate, np.array([500.0, 1300, 2500]))


def correlation(one, other):
    return float(np.dot(one, other) / np.linalg.norm(one) / np.linalg.norm(other))


def test_a_mel_image_has_values_of_minus_1_to_1_that_give_the_levels_back():
    image, peak_db = MelImage(MEL, 60.0)(NOISE)
    assert image.shape == (40, MEL.frames(RATE), 1) and image.dtype == np.float32
    assert image.max() == 1 and image.min() >= -1 and peak_db == pytest.approx(MEL.peak_db(NOISE))
    back = MelImage(MEL, 60.0).levels_db(image, peak_db)
    assert np.allclose(back, np.maximum(MEL(NOISE), peak_db - 60), atol=1e-3)


@pytest.mark.parametrize(
    "make", [lambda: MelImage(MEL, 80.0), lambda: ConstantQImage(**CQT), lambda: WorldImage(RATE, 256, 513, 80.0)]
)
def test_an_image_does_not_depend_on_the_level_and_silence_has_the_lowest_values(make):
    image = make()
    one, other = image(NOISE), image(NOISE / 8)
    assert np.abs(one[0] - other[0]).max() < 0.05
    assert one[1] - other[1] == pytest.approx(20 * np.log10(8), abs=0.01)
    silent, _ = image(np.zeros(RATE))
    assert (
        np.allclose(np.hypot(silent[..., 0], silent[..., 1]), 0, atol=1e-6)
        if image.channels == 2
        else (silent == -1).all()
    )
    assert np.abs(one[0]).max() <= 1 + 1e-6 and one[0].shape[2] == image.channels


def test_the_sound_of_a_mel_image_has_the_same_image():
    y = vowel(RATE)
    image = MelImage(MEL, 80.0)
    shown, peak_db = image(y)
    again, again_peak_db = image(image.sound(shown, peak_db))
    assert again.shape == shown.shape and abs(again_peak_db - peak_db) < 3
    loud = shown > 0
    assert np.abs(again - shown)[loud].mean() < 0.05


def test_a_constant_q_image_is_252_by_361_and_invertible():
    image = ConstantQImage(**CQT)
    y = vowel(22050, 360 * 256 / 22050)
    shown, peak_db = image(y)
    assert shown.shape == (252, 361, 2) and image.frames(len(y)) == 361
    back = image.sound(shown, peak_db)[: len(y)]
    middle = slice(11025, len(y) - 11025)
    assert correlation(back[middle], y[: len(back)][middle]) > 0.95
    turned = image.sound(-shown, peak_db)[: len(y)]
    assert np.allclose(turned, -back, atol=1e-6 * np.abs(back).max() + 1e-9)


def test_a_world_image_is_the_envelope_and_its_sound_is_unvoiced():
    image, y = WorldImage(RATE, 80, 513, 80.0), vowel(RATE)
    shown, peak_db = image(y)
    analysis = world.analyze(y, RATE, *f0.WIDE_RANGE_HZ, "dio")
    levels_db = 10 * np.log10(analysis.spectrum).T
    assert shown.shape == (513, 201, 1) and peak_db == pytest.approx(levels_db.max())
    assert np.allclose((shown[..., 0] - 1) * 40 + peak_db, np.maximum(levels_db, peak_db - 80), atol=1e-3)
    back = image.sound(shown, peak_db)
    assert len(back) == pytest.approx(201 * 80, abs=80)
    again, _ = image(back)
    assert correlation(again[:, :200].mean(1).ravel(), shown[:, :200].mean(1).ravel()) > 0.9
    assert (world.estimate_f0(back, RATE, *f0.WIDE_RANGE_HZ, "dio") > 0).mean() < 0.3 < (analysis.f0_hz > 0).mean()


@pytest.mark.parametrize("hop", [256, 80, 110, 441])
def test_a_world_image_has_the_number_of_frames_that_it_states(hop):
    for rate in 16000, 22050:
        image = WorldImage(rate, hop, 513, 80.0)
        for samples in 4000, 10 * hop, 10 * hop - 1, 10 * hop + 1:
            assert image(NOISE[:samples])[0].shape[1] == image.frames(samples)


@pytest.mark.parametrize(
    "changes, sentence",
    [
        ({"bins": 80}, "height is 80.*has 513 bins; set it to that"),
        ({"hop": 8}, "hop is 8, which is 0.5 ms"),
    ],
)
def test_impossible_world_images_are_refused(changes, sentence):
    with pytest.raises(VconvError, match=sentence):
        WorldImage(**{"rate": RATE, "hop": 80, "bins": 513, "range_db": 80.0} | changes)


@pytest.mark.parametrize(
    "changes, sentence",
    [
        ({"rate": 8000}, "above half of the sample rate 8000"),
        ({"hop": 100}, "a hop of 100 does not fit 7 octaves; take a multiple of 64, for example 128"),
    ],
)
def test_impossible_constant_q_images_are_refused(changes, sentence):
    with pytest.raises(VconvError, match=sentence):
        ConstantQImage(**CQT | changes)
