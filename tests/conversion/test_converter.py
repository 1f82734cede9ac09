"""Conversion by a network that changes nothing: WORLD copy-synthesis with the target's F0; errors; `diff`."""

import unicodedata
import warnings

import numpy as np
import pytest
import soundfile
from hypothesis import given, settings
from hypothesis import strategies as st
from networks import FunctionNetwork
from voice import voice

import vconv
from vconv import models
from vconv.audio import f0, loudness, wav, world
from vconv.audio.f0_estimation import range_of_speaker
from vconv.common.errors import VconvError
from vconv.conversion.convert_file import UNVOICED as UNVOICED_NOTE
from vconv.conversion.converter import VoiceConverter
from vconv.features.schema import Frames
from vconv.features.statistics import Statistics
from vconv.spectral_conversion import frame_converter
from vconv.spectral_conversion.blend import Blend

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import pyworld

RATE, BINS = 16000, 513
LOG_F0 = {"Ann": (np.log(200.0), 0.12), "Bo-b": (np.log(110.0), 0.2), "Çem": (np.log(280.0), 0.12)}
RANGES_HZ = {"Ann": (120.0, 320.0), "Bo-b": (70.0, 200.0), "Çem": (170.0, 450.0)}
NOISE = 0.05 * np.random.default_rng(0).standard_normal(RATE // 2)
UNVOICED = {"silence": np.zeros(RATE // 2), "a whisper": np.convolve(NOISE, [1, -0.9], "same")}
F0_HZ = 200 * 2 ** (0.2 * np.sin(2 * np.pi * 3 * np.arange(RATE) / RATE))


def identity(frames, target):
    return frames


def converter(network=identity, rate=RATE, f0_method="dio", frame_period_ms=5.0, low=-20.0):
    """Return a converter whose normalizer has a wide range, so that only the network changes frames."""
    bins = world.fft_size(rate) // 2 + 1
    mean, std = np.array(list(LOG_F0.values())).T
    features = {"sample_rate": rate, "frame_period_ms": frame_period_ms, "f0_method": f0_method}
    features["content_encoder"] = {"name": "mel_cepstrum", "version": 1}
    statistics = Statistics(
        speakers=tuple(LOG_F0),
        settings=features,
        fingerprint="x",
        spectrum_low=np.full(bins, low),
        spectrum_high=np.zeros(bins),
        spectrum_mean=np.zeros(bins),
        spectrum_std=np.ones(bins),
        log_f0_mean=mean,
        log_f0_std=std,
        log_f0_percentiles=np.zeros((3, 5)),
        f0_range_hz=np.array(list(RANGES_HZ.values())),
        global_variance=np.ones((3, bins)),
        acoustic_mean=np.zeros((3, 40)),
        acoustic_std=np.ones((3, 40)),
        acoustic_variance=np.ones((3, 40)),
    )
    return VoiceConverter(
        FunctionNetwork(network, 3), statistics, {"model": "convvae", "settings": models.settings("convvae")}
    )


@pytest.fixture(scope="module")
def same():
    return converter()


@pytest.fixture(scope="module")
def y():
    signal = voice(F0_HZ)
    signal[:2000] = signal[-1500:] = 0  # unvoiced at both ends
    return signal


def copy_synthesis(y, source, target):
    """Return the conversion by a network that changes nothing, as loud as the recording, computed by pyworld."""
    recording, (floor, ceiling) = y, RANGES_HZ[source]
    y, _ = loudness.to_reference_level(recording, RATE)
    f0_hz, seconds = pyworld.dio(y, RATE, f0_floor=floor, f0_ceil=ceiling)
    f0_hz = pyworld.stonemask(y, f0_hz, seconds, RATE)
    spectrum = pyworld.cheaptrick(y, f0_hz, seconds, RATE, fft_size=1024) + 1e-10
    aperiodicity = pyworld.d4c(y, f0_hz, seconds, RATE, fft_size=1024)
    (mean, std), (new_mean, new_std) = LOG_F0[source], LOG_F0[target]
    voiced = f0_hz > 0
    f0_hz[voiced] = np.exp((np.log(f0_hz[voiced]) - mean) / std * new_std + new_mean)
    return loudness.match_level(pyworld.synthesize(f0_hz, spectrum, aperiodicity, RATE), recording, RATE)


def relative_error(found, expected):
    assert found.shape == expected.shape
    return np.abs(found - expected).max() / np.abs(expected).max()


@pytest.mark.parametrize("target", LOG_F0)
def test_a_network_that_changes_nothing_gives_copy_synthesis_with_the_targets_f0(same, y, target):
    converted, rate = same.convert(y, source="Ann", target=target)
    assert rate == RATE and converted.dtype == np.float64
    assert relative_error(converted, copy_synthesis(y, "Ann", target)) < 1e-5  # the network's float32
    f0_hz = world.estimate_f0(converted, RATE, 60, 500, "harvest")
    source_hz = world.estimate_f0(y, RATE, 60, 500, "harvest")
    stretch = LOG_F0[target][1] / 0.12
    expected = LOG_F0[target][0] + stretch * (np.log(np.median(source_hz[source_hz > 0])) - np.log(200))
    assert np.log(np.median(f0_hz[f0_hz > 0])) == pytest.approx(expected, abs=0.03)


@pytest.fixture
def synthesized(monkeypatch):
    """The arguments of each call of WORLD's synthesis, as `Analysis`."""
    seen, synthesize = [], world.synthesize

    def note(f0_hz, spectrum, aperiodicity, *settings):
        seen.append(world.Analysis(f0_hz, spectrum, aperiodicity))
        return synthesize(f0_hz, spectrum, aperiodicity, *settings)

    monkeypatch.setattr(world, "synthesize", note)
    return seen


def test_f0_of_an_unseen_speaker_gets_the_targets_mean_and_standard_deviation(same, y, synthesized):
    for target in LOG_F0:
        same.convert(y, target)
        f0_hz = synthesized[-1].f0_hz
        log_f0 = np.log(f0_hz[f0_hz > 0])
        assert (log_f0.mean(), log_f0.std()) == pytest.approx(LOG_F0[target])
        assert 50 < len(log_f0) < len(f0_hz), "some frames are voiced, some are not"


def test_energy_and_aperiodicity_are_those_of_the_source(same, y, synthesized):
    same.convert(y, target="Bo-b", source="Ann")
    at_reference, _ = loudness.to_reference_level(y, RATE)
    analysis = world.analyze(at_reference, RATE, *RANGES_HZ["Ann"], "dio")
    energy = (analysis.spectrum + world.ENERGY_FLOOR).sum(axis=1)
    np.testing.assert_allclose(synthesized[0].spectrum.sum(axis=1), energy, rtol=1e-4)
    np.testing.assert_array_equal(synthesized[0].aperiodicity, analysis.aperiodicity)


def frames_of(log_spectrum):
    frames = len(log_spectrum)
    return Frames(log_spectrum, np.ones(frames), np.zeros(frames), np.zeros((frames, 1)), np.zeros((frames, 40)))


def test_the_network_gets_the_targets_number_and_the_normalized_frames():
    seen = []

    def network(frames, target):
        seen.append((frames, target))
        return np.full_like(frames, 0.1 * target)

    vc = converter(network)
    log_spectrum = np.random.default_rng(0).uniform(-20, 0, (7, BINS))
    encoded = vc.spectral.encode(frames_of(log_spectrum), 0)
    for number in range(len(LOG_F0)):
        converted = vc.spectral.predict(encoded, Blend.of(number))[0]
        np.testing.assert_allclose(converted, (0.1 * number + 1) * 10 - 20, atol=1e-4)
        frames, speaker = seen[-1]
        np.testing.assert_allclose(frames, log_spectrum / 10 + 1, atol=1e-5)
        assert speaker == number


@settings(max_examples=15, deadline=None)
@given(frames=st.integers(1, 40), chunk=st.integers(1, 41))
def test_chunks_do_not_change_the_result(same, frames, chunk):
    log_spectrum = np.random.default_rng(frames).uniform(-19, -1, (frames, BINS))
    before = frame_converter.CHUNK_FRAMES
    try:
        frame_converter.CHUNK_FRAMES = chunk
        converted = same.spectral.predict(same.spectral.encode(frames_of(log_spectrum), 0), Blend.of(0))[0]
    finally:
        frame_converter.CHUNK_FRAMES = before
    assert converted.shape == log_spectrum.shape
    np.testing.assert_allclose(converted, log_spectrum, atol=1e-5)


@pytest.mark.parametrize("rate, suffix", [(8000, "wav"), (22050, "flac"), (44100, "ogg"), (48000, "wav")])
def test_files_of_other_rates_formats_and_channels_have_the_same_level_and_f0(same, tmp_path, rate, suffix):
    original = voice(np.interp(np.arange(rate) / rate, np.arange(RATE) / RATE, F0_HZ), rate=rate)
    stereo = np.stack([1.5 * original, 0.5 * original], axis=1)
    soundfile.write(tmp_path / f"é è.{suffix}", stereo, rate)
    converted, out_rate = same.convert(tmp_path / f"é è.{suffix}", source="Ann", target="Bo-b")
    assert out_rate == RATE and len(converted) == pytest.approx(RATE, abs=160)
    expected, _ = same.convert(voice(F0_HZ), source="Ann", target="Bo-b")
    level = [np.sqrt(np.mean(signal[:16000] ** 2)) for signal in (converted, expected)]
    assert level[0] == pytest.approx(level[1], rel=0.1)
    f0 = [world.estimate_f0(signal, RATE, 60, 300, "harvest") for signal in (converted, expected)]
    assert np.median(f0[0][f0[0] > 0]) == pytest.approx(np.median(f0[1][f0[1] > 0]), rel=0.02)


def test_arrays_and_paths_are_converted_alike(same, y, tmp_path):
    soundfile.write(tmp_path / "in.wav", y, RATE, subtype="DOUBLE")
    from_array, _ = same.convert(y, source="Ann", target="Bo-b")
    for audio in (tmp_path / "in.wav", str(tmp_path / "in.wav")):
        np.testing.assert_array_equal(same.convert(audio, source="Ann", target="Bo-b")[0], from_array)
    np.testing.assert_array_equal(same.convert(y, "Bo-b", "Ann", rate=RATE)[0], from_array)
    high = np.fft.irfft(np.fft.rfft(y), 2 * len(y)) * 2
    assert relative_error(same.convert(high, "Bo-b", "Ann", rate=2 * RATE)[0], from_array) < 0.1


@pytest.mark.parametrize("kind", ["int16", "int32"])
def test_integers_are_converted_as_the_numbers_they_stand_for(same, y, kind):
    integers = np.round(y * -float(np.iinfo(kind).min)).astype(kind)
    found = same.convert(integers, source="Ann", target="Bo-b")[0]
    assert relative_error(found, same.convert(y, source="Ann", target="Bo-b")[0]) < 0.1


@pytest.mark.parametrize("synthesis", ["world", "diff"])
@pytest.mark.parametrize("signal", UNVOICED)
def test_an_unseen_speaker_without_a_voice_is_converted_unvoiced(same, signal, synthesis):
    notes, recording = [], UNVOICED[signal]
    utterance = same.analyze(recording, report=notes.append)
    assert not utterance.analysis.f0_hz.any() and notes == [UNVOICED_NOTE]
    converted = same.synthesize(utterance, "Ann", synthesis)
    assert np.isfinite(converted).all() and abs(len(converted) - len(recording)) <= 80
    level, before = (np.sqrt(np.mean(one**2)) for one in (converted, recording))
    assert level < 1e-3 if before == 0 else level == pytest.approx(before, rel=0.5)


def test_a_speaker_may_be_named_in_decomposed_unicode(same, y):
    decomposed = unicodedata.normalize("NFD", "Çem")
    np.testing.assert_array_equal(same.convert(y, decomposed, decomposed)[0], same.convert(y, "Çem", "Çem")[0])


def test_the_input_is_unchanged(same, y):
    before = y.copy()
    same.convert(y, "Bo-b")
    np.testing.assert_array_equal(y, before)


def test_rate_f0_method_and_frame_period_of_the_features_are_used(y):
    vc = converter(rate=22050, f0_method="harvest", frame_period_ms=10.0)
    converted, rate = vc.convert(y, "Bo-b", "Ann", rate=RATE)
    assert rate == vc.rate == 22050 and len(converted) == pytest.approx(22050, abs=441)
    analysis = vc.analyze(y, "Ann", RATE).analysis
    assert len(analysis.f0_hz) == 101
    expected = world.estimate_f0(wav.resample(y, RATE, 22050), 22050, *RANGES_HZ["Ann"], "harvest", 10.0)
    np.testing.assert_allclose(analysis.f0_hz, expected, rtol=1e-6)


def test_an_unseen_speaker_is_analyzed_by_the_default_f0_method(y):
    found = converter(f0_method="harvest").analyze(y).analysis.f0_hz
    level, _ = loudness.to_reference_level(y, RATE)
    expected = world.estimate_f0(level, RATE, *range_of_speaker(level, RATE), "autocorrelation")
    np.testing.assert_allclose(found, expected, rtol=1e-6)


def test_f0_is_limited_to_half_the_sample_rate(y, synthesized):
    vc = converter()
    vc.statistics.log_f0_std[0] = 1e-2
    vc.statistics.log_f0_mean[0] = np.log(150)
    assert np.isfinite(vc.convert(y, "Bo-b", "Ann")[0]).all()
    assert synthesized[0].f0_hz.max() == RATE / 2, "at 10^9 Hz WORLD writes beyond its memory"


@pytest.mark.parametrize(
    "audio, source, target, rate, sentence",
    [
        (0.1 * np.ones(8000), "Ann", "Nobody", None, "target speaker: 'Nobody' .* Ann, Bo-b, Çem"),
        (0.1 * np.ones(8000), "Nobody", "Ann", None, "speaker: 'Nobody' .* Ann, Bo-b, Çem"),
        (np.zeros((8000, 2)), "Ann", "Ann", None, r"shape \(8000, 2\)"),
        (np.array([0.0, np.nan] * 4000), "Ann", "Ann", None, "finite"),
        (np.full(8000, 20_000.0), "Ann", "Ann", None, "the samples reach 20000"),
        (np.zeros(0), "Ann", "Ann", None, "0 samples"),
        (np.zeros(0), "Ann", "Ann", 8000, "0 samples"),
        (np.zeros(100), "Ann", "Ann", None, "at least 3"),
        (np.zeros(8000), "Ann", "Ann", 0, "0 Hz"),
        (np.zeros(8000), "Ann", "Ann", -8000, "-8000 Hz"),
        ("no such.wav", "Ann", "Ann", None, "no such.wav: there is no such file"),
    ],
)
def test_unknown_speakers_and_impossible_signals_are_refused(same, audio, source, target, rate, sentence):
    with pytest.raises(VconvError, match=sentence):
        same.convert(audio, source=source, target=target, rate=rate)


def test_synthesize_refuses_an_unknown_target(same, y):
    analyzed = same.analyze(y, "Ann")
    with pytest.raises(VconvError, match="'Nobody' is not allowed"):
        same.synthesize(analyzed, "Nobody")


def test_silence_of_a_training_speaker_is_converted_to_silence(same):
    converted, _ = same.convert(np.zeros(8000), source="Ann", target="Bo-b")
    assert np.abs(converted).max() < 1e-3


def test_a_trained_run_is_loaded_and_converts_recordings(tiny):
    vc = vconv.VoiceConverter.load(str(tiny.run))
    converted, rate = vc.convert(tiny.evaluation / "bob" / "é 1.wav", source="bob", target="Mary-Ann")
    assert vc.speakers == tiny.speakers and vc.settings["model"] == "convvae"
    assert rate == vc.rate == RATE and np.isfinite(converted).all() and np.abs(converted).max() > 1e-3
    again, _ = VoiceConverter.load(tiny.run).convert(tiny.evaluation / "bob" / "é 1.wav", "Mary-Ann", "bob")
    np.testing.assert_array_equal(converted, again)
    other, _ = vc.convert(tiny.evaluation / "bob" / "é 1.wav", "Zoë M", "bob")
    assert relative_error(other, converted) > 0.01
    mean, std = vc.statistics.log_f0_mean, vc.statistics.log_f0_std
    bob, mary = (f0.LogF0(mean[number], std[number], None) for number in (2, 0))
    voiced = f0.convert_linear(np.array([110.0]), bob, mary)
    assert voiced == pytest.approx(260, rel=0.1)


# The differential filter


def test_diff_by_a_network_that_changes_nothing_is_the_recording_with_another_f0(same, y):
    found, _ = same.convert(y, "Çem", "Ann", synthesis="diff")
    world_, _ = same.convert(y, "Çem", "Ann")
    assert len(found) == len(y)
    analyses = [world.analyze(signal, RATE, 120, 500) for signal in (y, found, world_[: len(y)])]
    voiced = np.all([analysis.f0_hz > 0 for analysis in analyses], axis=0)
    own, moved, expected = (np.log(analysis.f0_hz[voiced]) for analysis in analyses)
    np.testing.assert_allclose(moved, expected, atol=0.04)
    assert np.median(moved - own) == pytest.approx(LOG_F0["Çem"][0] - LOG_F0["Ann"][0], abs=0.03)
    before, after = (10 * np.log10(analysis.spectrum[voiced].mean(axis=0)) for analysis in analyses[:2])
    assert np.abs(before - after)[10:400].mean() < 3


def test_diff_to_the_same_speaker_keeps_the_noise_of_the_recording(same, y):
    """WORLD synthesizes other noise; `diff` filters the recording's own."""
    unvoiced = slice(200, 1800)  # filtered only
    noise = np.random.default_rng(1).normal(size=len(y)) * 1e-3
    versions = [same.convert(y + noise, "Ann", "Ann", synthesis=synthesis)[0] for synthesis in ("diff", "world")]
    correlations = [np.corrcoef(version[unvoiced], noise[unvoiced])[0, 1] for version in versions]
    assert correlations[0] > 0.9 > 0.3 > abs(correlations[1])


def test_diff_filters_to_the_spectrum_that_the_network_predicts(y):
    def brighter(frames, target):
        rise = np.linspace(0.0, 0.1, BINS, dtype=np.float32)  # of 20, from −1 to 1: 10 dB from 0 Hz to half the rate
        return frames + rise

    plain, tilted = (
        world.analyze(converter(network).convert(y, "Ann", "Ann", synthesis="diff")[0], RATE, 120, 320)
        for network in (identity, brighter)
    )
    voiced = (plain.f0_hz > 0) & (tilted.f0_hz > 0)
    gain_db = 10 * np.log10(tilted.spectrum[voiced] / plain.spectrum[voiced]).mean(axis=0)
    slope = np.polyfit(np.linspace(0, 1, BINS)[10:400], gain_db[10:400], 1)[0]
    assert slope == pytest.approx(10, abs=1)


def test_an_unknown_synthesis_is_refused(same, y):
    with pytest.raises(VconvError, match="synthesis: 'waves' is not allowed; choose one of: world, diff"):
        same.convert(y, "Ann", "Ann", synthesis="waves")
