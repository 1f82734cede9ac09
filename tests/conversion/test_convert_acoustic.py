"""Conversion of whole signals by acoustic features: copy-synthesis, resynthesis, F0, source silence, short signals."""

import numpy as np
import pytest
from acoustic_statistics import BINS, RATE, same, statistics
from hypothesis import given, settings
from hypothesis import strategies as st
from networks import FRAME_BY_FRAME, FunctionNetwork
from voice import voice

from vconv.audio import loudness, mel_cepstrum, world
from vconv.conversion.converter import VoiceConverter


def smoothed(spectrum):
    """Return a power spectrum [T, K] without the detail of coefficients above 24, as `same` predicts it."""
    return mel_cepstrum.to_spectrum(mel_cepstrum.from_spectrum(spectrum, 24, 0.41), BINS, 0.41)


def converter(resynthesis_iterations=0, keep_source_silence=False, **changes):
    conversion = {
        "gv": 0.0,
        "source_mix": 0.0,
        "resynthesis_iterations": resynthesis_iterations,
        "keep_source_silence": keep_source_silence,
        "f0": "percentiles",
    }
    settings = {"model": "matched", "settings": {"network": FRAME_BY_FRAME, "conversion": conversion}}
    return VoiceConverter(FunctionNetwork(same, 2), statistics(**changes), settings, np.zeros((2, 2, 25, 24)))


def test_a_network_that_changes_nothing_gives_copy_synthesis_of_smoothed_spectra():
    y = voice(200.0)
    analysis = world.analyze(loudness.to_reference_level(y, RATE)[0], RATE, 70, 400)
    smooth = smoothed(analysis.spectrum + world.ENERGY_FLOOR)
    smooth *= (analysis.spectrum.sum(axis=1) / smooth.sum(axis=1))[:, None]
    expected = loudness.match_level(world.synthesize(analysis.f0_hz, smooth, analysis.aperiodicity, RATE), y, RATE)
    found, rate = converter().convert(y, "Ann", "Ann")
    assert rate == RATE and np.abs(found - expected).max() < 1e-3 * np.abs(expected).max()
    assert np.square(found).mean() == pytest.approx(np.square(y).mean(), rel=0.02)


@pytest.mark.parametrize("synthesis", ["world", "diff"])
def test_a_resynthesis_iteration_brings_the_envelope_nearer_to_the_prediction(synthesis):
    """Bo has Ann's coefficients and an F0 an octave lower, so that the prediction is the recording's envelope."""
    y = voice(240.0)
    wanted, off = world.analyze(y, RATE, 70, 400), []
    for resynthesis_iterations in (0, 1):
        vc = converter(resynthesis_iterations)
        vc.statistics.log_f0_percentiles[1] -= np.log(2)
        measured = world.estimate_spectrum(vc.convert(y, "Bo", "Ann", synthesis=synthesis)[0], wanted.f0_hz / 2, RATE)
        off.append(np.abs(np.log(smoothed(measured) / smoothed(wanted.spectrum)))[20:-20, 10:300].mean())
    assert off[1] < 0.9 * off[0]


def test_f0_is_converted_by_percentiles():
    """The percentiles of Bo are an octave above those of Ann."""
    y = voice(np.geomspace(180, 220, 16000))
    own = np.log(200) + 0.1 * np.array([-1.64, -0.67, 0, 0.67, 1.64])
    found, _ = converter(log_f0_percentiles=np.stack([own, own + np.log(2)])).convert(y, "Bo", "Ann")
    f0_hz = world.estimate_f0(found, RATE, 100, 700)[20:180]
    np.testing.assert_allclose(f0_hz, np.geomspace(180, 220, 16000)[::80][20:180] * 2, rtol=0.02)


def test_source_silence_keeps_the_recording_in_pauses_and_changes_no_speech():
    """The signal is speech, half a second of weak noise, and speech."""
    y = voice(np.repeat([200.0, 0.0, 200.0], 8000), seconds=1.5)
    pause, words = slice(8800, 15200), slice(1000, 7200)
    (without, _), (kept, _) = (converter(1, keep_source_silence=keep).convert(y, "Bo", "Ann") for keep in (False, True))
    np.testing.assert_allclose(kept[words], without[words], atol=1e-9)
    np.testing.assert_allclose(kept[pause], y[pause], atol=1e-5)  # without its offset
    assert abs(np.corrcoef(without[pause], y[pause])[0, 1]) < 0.2 and without[pause].std() > 0.3 * y[pause].std()


def test_source_silence_changes_nothing_with_diff():
    y = voice(np.repeat([200.0, 0.0], 8000))
    found = [converter(keep_source_silence=keep).convert(y, "Bo", "Ann", synthesis="diff")[0] for keep in (False, True)]
    np.testing.assert_array_equal(*found)


def test_digital_silence_within_a_recording_stays_exactly_zero():
    y = voice(np.repeat([200.0, 0.0, 200.0], 8000), seconds=1.5)
    y[9000:15000] = 0
    found, _ = converter(1, keep_source_silence=True).convert(y, "Bo", "Ann")
    assert not found[9600:14400].any() and np.abs(found[:8000]).max() > 0.1


SENTENCE = voice(np.repeat([0, 1, 0.0], [3000, 10000, 3000]) * np.geomspace(150, 260, 16000), seconds=1.0)


@pytest.mark.parametrize("source", ["Ann", None])
@pytest.mark.parametrize("synthesis", ["world", "diff"])
@settings(max_examples=3, deadline=None)
@given(gain_db=st.floats(-60, 0))
def test_conversion_commutes_with_gain(synthesis, source, gain_db):
    vc, gain = converter(1, keep_source_silence=True), 10 ** (gain_db / 20)
    expected = gain * vc.convert(SENTENCE, "Bo", source, synthesis=synthesis)[0]
    found = vc.convert(gain * SENTENCE, "Bo", source, synthesis=synthesis)[0]
    assert np.abs(found - expected).max() <= 1e-4 * np.sqrt(np.square(expected).mean())


@pytest.mark.parametrize("keep", [False, True])
@pytest.mark.parametrize("synthesis", ["world", "diff"])
def test_the_result_is_as_loud_as_the_source(synthesis, keep):
    found, _ = converter(keep_source_silence=keep).convert(0.1 * SENTENCE, "Bo", synthesis=synthesis)
    levels = [loudness.speech_level(y, RATE) for y in (found, 0.1 * SENTENCE)]
    assert 20 * np.log10(levels[0] / levels[1]) == pytest.approx(0, abs=0.1)


@pytest.mark.parametrize("samples", [161, 240, 801])
def test_a_signal_of_a_few_frames_is_converted(samples):
    found, _ = converter(1).convert(voice(200.0)[:samples], "Bo", "Ann")
    assert np.isfinite(found).all() and len(found) >= 160


@pytest.mark.parametrize("level", [0.0, 0.05])
@pytest.mark.parametrize("synthesis", ["world", "diff"])
def test_an_unseen_speaker_without_a_voice_is_converted_unvoiced(synthesis, level):
    y = level * np.random.default_rng(0).standard_normal(8000)
    vc = converter(1, keep_source_silence=True)
    utterance = vc.analyze(y)
    assert not utterance.analysis.f0_hz.any()
    found = vc.synthesize(utterance, "Bo", synthesis)
    assert np.isfinite(found).all() and np.sqrt(np.mean(found**2)) == pytest.approx(level, rel=0.5, abs=1e-3)


def test_silence_of_a_training_speaker_is_converted_to_silence():
    found, _ = converter(1).convert(np.zeros(8000), "Bo", "Ann")
    assert np.abs(found).max() < 1e-3
    half = np.concatenate([np.zeros(8000), voice(200.0)[:8000]])
    found, _ = converter().convert(half, "Bo")
    assert np.abs(found[:7000]).max() < 1e-3 < np.abs(found[9000:]).max()
