"""F0 by autocorrelation: tones of known F0, hum, noise, the telephone band, silence, level, length, blocks."""

import sys
import warnings
from pathlib import Path

import numpy as np
import pytest
import soundfile
from hypothesis import given, settings
from hypothesis import strategies as st
from voice import voice

from vconv.audio import f0, f0_autocorrelation, f0_background, world

REPOSITORY = Path(__file__).resolve().parents[2]
sys.path.append(str(REPOSITORY / "benchmarks"))
from degradations import degrade, hum, telephone  # noqa: E402

RATE, PERIOD_MS = 16000, 5.0


def estimate(y, floor_hz=f0.WIDE_RANGE_HZ[0], ceiling_hz=f0.WIDE_RANGE_HZ[1], rate=RATE):
    return f0_autocorrelation.estimate(y, rate, floor_hz, ceiling_hz, PERIOD_MS)


def tone(f0_hz, seconds=0.6, rate=RATE, harmonics=8):
    """Return the sum of the harmonics below 3.4 kHz, each weaker than the one before."""
    time = np.arange(int(seconds * rate)) / rate
    numbers = np.arange(1, min(harmonics, int(3400 / f0_hz)) + 1)
    return 0.1 * (np.cos(2 * np.pi * f0_hz * numbers[:, None] * time + numbers[:, None]) / numbers[:, None]).sum(axis=0)


def cents(found, f0_hz):
    return 1200 * np.abs(np.log2(found / f0_hz))


@pytest.fixture(scope="module")
def speech():
    """Two sample sentences, resynthesized by WORLD from a known F0: (signal, F0 [T])."""
    made = []
    for number in ("t01", "t02"):
        y = soundfile.read(REPOSITORY / "data" / "sample" / "training" / "rms" / f"{number}.flac")[0]
        analysis = world.analyze(y, RATE, 60, 250, "harvest")
        made.append((world.synthesize(*analysis, RATE)[: len(y)], analysis.f0_hz))
    return made


@pytest.mark.parametrize("range_hz", [f0.WIDE_RANGE_HZ, (0.6, 1.7)])
@pytest.mark.parametrize("f0_hz", [57.0, 63.7, 81.3, 111.9, 152.6, 233.1, 347.9, 512.3, 701.0])
def test_f0_of_a_tone_is_found_within_three_cents(f0_hz, range_hz):
    floor_hz, ceiling_hz = range_hz if range_hz == f0.WIDE_RANGE_HZ else np.multiply(range_hz, f0_hz)
    inside = int(1000 * 1.5 / floor_hz / PERIOD_MS) + 1  # half of a window
    found = estimate(tone(f0_hz), floor_hz, ceiling_hz)[inside:-inside]
    assert (found > 0).all() and cents(found, f0_hz).max() < 3


def test_a_glide_is_followed():
    glide = np.geomspace(110, 220, RATE)
    found = estimate(voice(glide), 70, 400)
    assert cents(found[10:-10], glide[:: RATE // 200][10 : len(found) - 10]).max() < 30


@pytest.mark.parametrize("level_db", [-30, -15])
@pytest.mark.parametrize("mains_hz", [50, 60])
def test_hum_is_not_taken_for_a_voice(speech, mains_hz, level_db):
    pause = 50  # frames of `degrade` on either side
    clean, noisy, known = [], [], []
    for seed, (y, f0_hz) in enumerate(speech):
        degraded = degrade(y, RATE, lambda *arguments: hum(*arguments, mains_hz=mains_hz, level_db=level_db), seed)
        clean.append(estimate(degrade(y, RATE, lambda y, rate, rng: y, seed)))
        noisy.append(estimate(degraded))
        known.append(np.pad(f0_hz, pause))
        assert not noisy[-1][: pause - 5].any() and not noisy[-1][5 - pause :].any()
    clean, noisy, known = map(np.concatenate, (clean, noisy, known))
    assert f0.find_range(noisy) == pytest.approx(f0.find_range(clean), rel=0.2)
    both = (noisy > 0) & (known > 0)
    assert both.sum() > 0.7 * (known > 0).sum() and (np.abs(noisy[both] / known[both] - 1) > 0.2).mean() < 0.03


@pytest.mark.parametrize("rate", [8000, 16000, 48000])
def test_white_noise_alone_is_unvoiced(rate):
    assert not estimate(np.random.default_rng(0).standard_normal(rate), rate=rate).any()


def test_f0_is_found_in_the_telephone_band_where_its_own_harmonic_is_missing(speech):
    for y, f0_hz in speech:
        found = estimate(telephone(y, RATE, None), 60, 250)
        both = (found > 0) & (f0_hz > 0)
        assert both.sum() > 0.7 * (f0_hz > 0).sum() and np.median(cents(found[both], f0_hz[both])) < 20
    without = tone(120.0) - tone(120.0, harmonics=2)  # harmonics 3 to 8
    assert cents(estimate(without, 70, 400)[20:-20], 120).max() < 3


def test_digital_silence_is_unvoiced_without_a_warning():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert not estimate(np.zeros(RATE)).any()
        assert not estimate(np.full(RATE, 0.3))[20:-20].any()
        found = estimate(np.concatenate([np.zeros(RATE // 2), tone(120.0), np.zeros(RATE // 2)]))
    assert not found[:97].any() and not found[-97:].any() and (found[103:215] > 0).all()


@settings(max_examples=6, deadline=None)
@given(exponent=st.floats(-3, 2))
def test_f0_does_not_depend_on_the_level(speech, exponent):
    y = speech[0][0][:RATE]
    np.testing.assert_allclose(estimate(10**exponent * y), estimate(y), rtol=1e-9)


def test_a_tone_throughout_the_recording_is_voiced():
    """It is as stationary as a background, but nothing is louder."""
    assert (estimate(tone(220.0, 2.0)) > 0).all()


@settings(max_examples=25, deadline=None)
@given(
    samples=st.integers(1500, 9000),
    rate=st.sampled_from([8000, 11025, 16000, 22050, 44100, 48000]),
    period=st.sampled_from([1.0, 2.5, 5.0, 7.3, 10.0]),
)
def test_there_are_as_many_frames_as_of_world(samples, rate, period):
    y = tone(150.0, 1.0, rate)[:samples]
    frames = len(world.pyworld.dio(y, rate, frame_period=period)[0])
    assert f0_autocorrelation.estimate(y, rate, 60, 500, period).shape == (frames,)


def test_blocks_do_not_change_the_result(speech, monkeypatch):
    y = speech[0][0][: RATE // 2]
    whole = estimate(y)
    monkeypatch.setattr(f0_background, "BLOCK_FRAMES", 7)
    np.testing.assert_array_equal(estimate(y), whole)


def test_the_background_of_a_long_recording_is_estimated_from_some_of_its_quiet_frames(speech, monkeypatch):
    y = degrade(speech[0][0], RATE, lambda *arguments: hum(*arguments, mains_hz=60, level_db=-30), 0)
    whole = estimate(y)
    monkeypatch.setattr(f0_background, "QUIET_FRAMES", 20)
    assert ((estimate(y) > 0) == (whole > 0)).mean() > 0.98


@pytest.mark.parametrize("pause", [0.0, 0.05, 0.1, 0.3])
def test_a_steady_voice_is_voiced_however_few_pauses_there_are(pause):
    position = np.arange(3 * 16000) / (3 * 16000)
    f0_hz = np.where(np.abs(position - 0.5) < pause / 2, 0.0, 180.0)
    found = f0_autocorrelation.estimate(voice(f0_hz, seconds=3.0), 16000, 80.0, 400.0, 5.0)
    assert np.mean((found[:-1] > 0) == (f0_hz[::80] > 0)) > 0.97
