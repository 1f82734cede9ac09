"""WORLD: F0, envelope and aperiodicity of synthetic voices; synthesis; energy; degenerate signals and bad input."""

import numpy as np
import pytest
import pyworld
from hypothesis import given, settings
from hypothesis import strategies as st
from voice import FORMANTS_HZ, voice

from vconv.audio import world
from vconv.common.errors import VconvError

RATES = [8000, 11025, 16000, 22050, 24000, 44100, 48000]
METHODS = ["autocorrelation", "dio", "harvest"]


@pytest.fixture(scope="module")
def recording():
    """One second of a voiced signal between two stretches of weak noise, at 16 kHz."""
    glide = np.concatenate([np.zeros(4000), np.geomspace(110, 220, 16000), np.zeros(4000)])
    return voice(glide, seconds=1.5)


@pytest.fixture(scope="module")
def analysis(recording):
    return world.analyze(recording, 16000, 60, 500)


def test_fft_size_and_the_lowest_f0_it_allows():
    assert [world.fft_size(rate) for rate in RATES] == [512, 512, 1024, 1024, 1024, 2048, 2048]
    assert world.minimum_floor_hz(16000) == pytest.approx(3 * 16000 / 1021)


@settings(max_examples=40, deadline=None)
@given(samples=st.integers(400, 4000), rate=st.sampled_from(RATES), period=st.sampled_from([1.0, 2.5, 5.0, 10.0]))
def test_the_number_of_frames_follows_from_length_rate_and_period(samples, rate, period):
    y = np.random.default_rng(samples).standard_normal(samples) * 0.1
    frames = int(1000 * samples / rate / period) + 1  # in WORLD's order, which decides what rounding does
    if frames < 3:
        with pytest.raises(VconvError, match="at least 3"):
            world.analyze(y, rate, 60, 500, frame_period_ms=period)
    else:
        f0_hz, spectrum, aperiodicity = world.analyze(y, rate, 60, 500, frame_period_ms=period)
        assert f0_hz.shape == (frames,)
        assert spectrum.shape == aperiodicity.shape == (frames, world.fft_size(rate) // 2 + 1)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("rate", RATES)
@pytest.mark.parametrize("f0_hz", [90.0, 250.0])
def test_f0_of_a_synthetic_voice_is_found(f0_hz, rate, method):
    found = world.estimate_f0(voice(f0_hz, 0.6, rate), rate, 60, 500, method)[20:-20]
    np.testing.assert_allclose(found, f0_hz, rtol=0.02)


@settings(max_examples=40, deadline=None)
@given(samples=st.integers(1500, 8000), rate=st.sampled_from(RATES), period=st.sampled_from([1.0, 2.5, 5.0, 10.0]))
def test_harvest_with_a_low_ceiling_has_as_many_frames_as_with_a_high_one(samples, rate, period):
    y = voice(120.0, samples / rate, rate)
    low, high = (world.estimate_f0(y, rate, 70, ceiling_hz, "harvest", period) for ceiling_hz in (250, 500))
    assert len(low) == len(high) == int(1000 * len(y) / rate / period) + 1


@pytest.mark.parametrize("rate", [8000, 16000, 44100])
def test_harvest_with_a_low_ceiling_ignores_frequencies_above_2_khz(rate):
    y = voice(120.0, 0.6, rate)
    whistle = 0.5 * np.hanning(len(y)) * np.sin(2 * np.pi * 2500 * np.arange(len(y)) / rate)
    change = {}
    for ceiling_hz in (333, 334):
        alone, beside = (world.estimate_f0(x, rate, 70, ceiling_hz, "harvest")[20:-20] for x in (y, y + whistle))
        np.testing.assert_allclose(alone, 120, rtol=5e-3)
        change[ceiling_hz] = np.abs(beside / alone - 1).max()
    assert change[333] < 0.01 * change[334]


def test_weak_noise_is_mostly_unvoiced_and_the_voice_is_voiced(analysis, recording):
    assert np.mean(analysis.f0_hz[np.r_[:40, -40:0]] > 0) < 0.5
    for f0_hz in (analysis.f0_hz, world.estimate_f0(recording, 16000, 60, 500, "harvest")):
        assert (f0_hz[70:230] > 0).all()


def test_the_envelope_has_peaks_at_the_formants():
    analysis = world.analyze(voice(100.0), 16000, 60, 500)
    middle = np.log(analysis.spectrum[50:150]).mean(axis=0)
    for formant in FORMANTS_HZ:
        bins = round(formant / 16000 * 1024)
        assert abs(middle[bins - 12 : bins + 13].argmax() - 12) <= 3


@pytest.mark.parametrize("method", ["autocorrelation", "dio"])
def test_f0_is_refined_by_stonemask(method):
    """DIO alone is off by 4e-4 here, StoneMask brings it to 5e-5."""
    found = world.estimate_f0(voice(133.3), 16000, 60, 500, method)[20:-20]
    assert np.abs(found / 133.3 - 1).mean() < 1e-4


@pytest.mark.parametrize("rate", [24000, 48000])
def test_f0_and_envelope_of_a_60_hz_voice_are_steady(rate):
    """60 Hz lies under minimum_floor_hz (70 Hz); CheapTrick would take 500 Hz, whose window holds single pulses."""
    analysis = world.analyze(voice(60.0, rate=rate), rate, 50, 500)
    np.testing.assert_allclose(analysis.f0_hz[40:-40], 60, rtol=0.01)
    assert np.log10(analysis.spectrum[40:-40]).std(axis=0).mean() < 0.1  # over time; 1.8 without


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("rate", RATES)
@pytest.mark.parametrize("signal", ["silence", "noise", "click", "constant"])
def test_degenerate_signals_have_finite_features_and_copy_synthesis(signal, rate, method):
    y = {
        "silence": np.zeros(rate // 5),
        "noise": np.random.default_rng(0).standard_normal(rate // 5) * 0.1,
        "click": np.eye(1, rate // 5, rate // 10)[0],
        "constant": np.full(rate // 5, 0.5),
    }[signal]
    analysis = world.analyze(y, rate, 60, 500, method)
    assert all(np.isfinite(part).all() for part in analysis)
    assert (analysis.spectrum > 0).all()
    assert (analysis.aperiodicity > 0).all() and (analysis.aperiodicity <= 1).all()
    coded = world.code_aperiodicity(analysis.aperiodicity, rate)
    again = world.synthesize(analysis.f0_hz, analysis.spectrum, world.decode_aperiodicity(coded, rate), rate)
    assert np.isfinite(coded).all() and np.isfinite(again).all()
    if signal == "silence":
        assert not analysis.f0_hz.any() and np.abs(again).max() < 1e-6


@pytest.mark.parametrize("rate", RATES)
def test_a_voiced_frame_is_not_noise_at_any_rate(rate):
    """D4C's own threshold asks for power up to 7900 Hz, so that at 8 kHz it would call every frame noise."""
    analysis = world.analyze(voice(120.0, 0.5, rate), rate, 60, 500)
    assert analysis.aperiodicity[20:-20, :20].max() < 0.1


@pytest.mark.parametrize("method", METHODS)
def test_a_voiced_frame_with_noise_above_4_khz_is_not_noise(method):
    """D4C would call a frame noise when more than 15 % of its power between 100 and 7900 Hz lies above 4 kHz."""
    y = voice(120.0, 0.5)
    hiss = np.random.default_rng(0).normal(0, 0.3 * y.std(), len(y))
    hiss = np.diff(np.diff(hiss, prepend=0), prepend=0)  # twice the difference: most of it above 4 kHz
    analysis = world.analyze(y + hiss, 16000, 60, 500, method)
    assert analysis.aperiodicity[20:-20, :20].max() < 0.1
    seconds = np.arange(len(analysis.f0_hz)) * 0.005
    assert pyworld.d4c(y + hiss, analysis.f0_hz, seconds, 16000)[20:-20].min() > 0.99


@pytest.mark.parametrize(("rate", "bands"), [(8000, 1), (11025, 1), (16000, 1), (24000, 3), (44100, 5), (48000, 5)])
def test_decoding_coded_aperiodicity_gives_it_back(rate, bands):
    aperiodicity = world.analyze(voice(120.0, 0.5, rate), rate, 60, 500).aperiodicity
    coded = world.code_aperiodicity(aperiodicity, rate)
    assert coded.shape == (len(aperiodicity), bands)
    decoded = world.decode_aperiodicity(coded.astype(np.float32), rate)
    assert decoded.shape == aperiodicity.shape
    np.testing.assert_allclose(decoded, aperiodicity, atol=0.03)


def test_the_synthesized_signal_has_the_same_f0_and_spectrum(analysis, recording):
    again = world.synthesize(*analysis, 16000)
    assert len(again) == len(analysis.f0_hz) * 80
    found = world.analyze(again[: len(recording)], 16000, 60, 500)
    np.testing.assert_allclose(found.f0_hz[70:230], analysis.f0_hz[70:230], rtol=0.02)
    difference_db = 10 * np.abs(np.log10(found.spectrum[70:230] / analysis.spectrum[70:230]))
    assert np.median(difference_db) < 1.0


@pytest.mark.parametrize("dtype", [np.float32, np.float16])
def test_synthesis_takes_any_float_and_any_memory_order(analysis, dtype):
    f0_hz, spectrum, aperiodicity = analysis
    stored = 10 ** np.asfortranarray(np.log10(spectrum)).astype(dtype).astype(np.float64)
    again = world.synthesize(f0_hz.astype(np.float32), stored, aperiodicity.astype(dtype), 16000)
    reference = world.synthesize(*analysis, 16000)
    assert np.square(again - reference).sum() < 0.01 * np.square(reference).sum()


def test_analysis_and_synthesis_are_deterministic_and_leave_the_input_unchanged(recording, analysis):
    before = recording.copy()
    world.analyze(recording[::-1], 16000, 60, 500)  # an earlier analysis must not matter
    for part, again in zip(analysis, world.analyze(recording, 16000, 60, 500), strict=True):
        np.testing.assert_array_equal(part, again)
    first = world.synthesize(*analysis, 16000)
    np.testing.assert_array_equal(first, world.synthesize(*analysis, 16000))
    np.testing.assert_array_equal(before, recording)


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 99), gain=st.floats(1e-3, 1e3))
def test_normalized_spectra_sum_to_1_and_the_energy_restores_them(seed, gain):
    spectrum = np.exp(np.random.default_rng(seed).normal(-5, 2, (4, 513)))
    log_spectrum, energy = world.normalize_energy(spectrum * gain)
    np.testing.assert_allclose((10**log_spectrum).sum(axis=1), 1)
    np.testing.assert_allclose(energy, gain * spectrum.sum(axis=1), rtol=1e-3)
    np.testing.assert_allclose(world.restore_energy(log_spectrum, energy), spectrum * gain, atol=1.01e-10)


def test_energy_normalization_by_hand():
    log_spectrum, energy = world.normalize_energy(np.array([[1.0, 3.0], [0.0, 0.0]]))
    np.testing.assert_allclose(energy, [4.0, 2e-10])
    np.testing.assert_allclose(log_spectrum, np.log10([[0.25, 0.75], [0.5, 0.5]]))


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"y": np.zeros((2, 16000))}, "must be mono"),
        ({"y": np.zeros(0)}, "0 samples at 16000 Hz are 0 frames"),
        ({"y": np.zeros(159)}, "159 samples at 16000 Hz are 2 frames"),
        ({"y": np.full(16000, np.nan)}, "NaN"),
        ({"floor_hz": 500.0, "ceiling_hz": 60.0}, "20 <= floor < ceiling <= 4000"),
        ({"floor_hz": 0.0}, "20 <= floor"),
        ({"ceiling_hz": 5000.0}, "ceiling <= 4000"),
        ({"method": "yin"}, "choose one of: autocorrelation, dio, harvest"),
    ],
)
def test_bad_input_is_refused_with_the_reason(change, reason):
    settings = {"y": np.zeros(16000), "rate": 16000, "floor_hz": 60.0, "ceiling_hz": 500.0} | change
    with pytest.raises(VconvError, match=reason):
        world.analyze(**settings)


def test_bad_features_are_refused_in_synthesis(analysis):
    f0_hz, spectrum, aperiodicity = analysis
    for features in [
        (f0_hz[:-1], spectrum, aperiodicity),
        (f0_hz, spectrum[:, :-1], aperiodicity),
        (f0_hz[:2], spectrum[:2], aperiodicity[:2]),
    ]:
        with pytest.raises(VconvError, match=r"must be \[T\], \[T, 513\], \[T, 513\]"):
            world.synthesize(*features, 16000)
    with pytest.raises(VconvError, match="at 48000 Hz"):
        world.synthesize(*analysis, 48000)
    with pytest.raises(VconvError, match="NaN"):
        world.synthesize(f0_hz, np.where(spectrum > 0, np.nan, 0), aperiodicity, 16000)


@pytest.mark.parametrize("rate, tolerance_db", [(8000, 1e-9), (16000, 1e-9), (44100, 0.2), (48000, 1e-9)])
def test_aperiodicity_is_interpolated_as_world_did(rate, tolerance_db):
    analysis = world.analyze(voice(np.repeat([200.0, 0.0], rate // 2), rate=rate), rate, 100, 400)
    coded = world.code_aperiodicity(analysis.aperiodicity, rate)
    found = world.interpolate_aperiodicity(coded, analysis.f0_hz, rate)
    np.testing.assert_allclose(20 * np.log10(found), 20 * np.log10(analysis.aperiodicity), atol=tolerance_db)
