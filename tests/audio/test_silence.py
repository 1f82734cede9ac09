"""The recording's own signal in the pauses of the converted one: speech and pause, the fade, length, offset."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vconv.audio import silence

RATE, PERIOD_MS, HOP = 16000, 5.0, 80


def keep_silence(converted, recording, mask):
    return silence.keep_source_silence(
        np.asarray(converted, float), np.asarray(recording, float), mask, RATE, PERIOD_MS
    )


def noise(samples, seed=0):
    return np.random.default_rng(seed).standard_normal(samples)


def in_a_room(background_db, samples=RATE, pause=(0.3, 0.7)):
    """Return speech in noise at a level relative to the speech, its speech mask, and which samples are pause.

    The speech is noise. Of the recording's frames, those between two shares of its length are pause.
    """
    speech = noise(samples, 1)
    share = np.arange(samples) / samples
    speech[(share >= pause[0]) & (share < pause[1])] = 0
    frames = np.arange(samples // HOP + 1) / (samples // HOP)
    mask = (frames < pause[0]) | (frames >= pause[1])
    sure = (share > pause[0] + 0.05) & (share < pause[1] - 0.05)
    return speech + 10 ** (background_db / 20) * noise(samples, 2), mask, sure


def level_db(y, reference):
    return 10 * np.log10(np.square(y).mean() / np.square(reference).mean())


def test_speech_is_the_converted_signal_and_a_pause_is_the_recording():
    recording, mask, pause = in_a_room(-45)
    recording -= np.median(recording[pause])
    converted = noise(RATE)
    np.testing.assert_allclose(keep_silence(converted, recording, np.ones(201)), converted, atol=1e-12)
    found = keep_silence(converted, recording, mask)
    np.testing.assert_allclose(found[pause], recording[pause], atol=1e-3 * np.abs(recording[pause]).max())
    np.testing.assert_allclose(found[: RATE // 4], converted[: RATE // 4], atol=1e-12)


@pytest.mark.parametrize("background", ["noise", "hum"])
@pytest.mark.parametrize(("level", "expected_db"), [(-15, -30), (-25, -30), (-33, -33), (-45, -45)])
def test_a_loud_background_is_attenuated_to_30_db_below_the_recording(background, level, expected_db):
    recording, mask, pause = in_a_room(level if background == "noise" else -120)
    if background == "hum":
        recording += 10 ** (level / 20) * np.sqrt(2) * np.sin(2 * np.pi * 60 * np.arange(RATE) / RATE)
    found = keep_silence(noise(RATE), recording, mask)
    assert level_db(found[pause], recording) == pytest.approx(
        expected_db if expected_db == -30 else level_db(recording[pause], recording), abs=0.8
    )


def test_digital_silence_stays_zero_and_does_not_count_as_background():
    recording, mask, pause = in_a_room(-15, 2 * RATE)
    recording, mask = np.append(np.zeros(RATE), recording), np.append(np.zeros(200, bool), mask)
    found = keep_silence(noise(3 * RATE), recording, mask)
    assert not found[: RATE - 5 * HOP].any()
    assert level_db(found[RATE:][pause], recording) == pytest.approx(-30, abs=0.8)


def test_the_fade_is_half_way_between_a_pause_frame_and_a_speech_frame():
    mask = np.arange(41) >= 20
    weight = keep_silence(np.ones(3201), np.zeros(3201), mask)
    assert weight[19 * HOP + HOP // 2] == pytest.approx(0.5, abs=1e-9)
    # The standard deviation is one frame: at frame 20 the weight is half of the Gaussian, its center included.
    gaussian = np.exp(-0.5 * np.arange(-4, 5) ** 2)
    assert weight[20 * HOP] == pytest.approx(gaussian[4:].sum() / gaussian.sum(), abs=1e-6)
    assert (np.diff(weight) >= 0).all() and weight[15 * HOP] < 1e-3 and weight[25 * HOP] > 0.999


@given(st.integers(0, 2**32 - 1), st.integers(3, 40))
def test_the_share_of_the_converted_signal_is_between_0_and_1(seed, frames):
    draw = np.random.default_rng(seed)
    converted, mask = draw.standard_normal(frames * HOP), draw.random(frames) < 0.5
    share = keep_silence(converted, np.zeros(frames * HOP), mask) / converted
    assert (share >= 0).all() and (share <= 1 + 1e-12).all()


def test_after_the_end_of_the_recording_is_silence_and_a_longer_one_is_cut():
    converted = noise(1000)
    assert not keep_silence(converted, np.zeros(900), np.zeros(13))[900:].any()
    assert len(keep_silence(converted, noise(1500), np.zeros(13))) == 1000


def test_a_constant_offset_of_the_recording_is_removed():
    recording, mask, pause = in_a_room(-60)
    without, found = (keep_silence(noise(RATE), recording + offset, mask) for offset in (0, 0.2))
    np.testing.assert_allclose(found, without, atol=1e-12)
    assert level_db(found[pause], recording[pause]) == pytest.approx(0, abs=0.1)
