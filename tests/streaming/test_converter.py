"""A streaming converter: cutting, delay, silence, level, changes while it runs."""

import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from voice import voice

import vconv
from vconv.audio import f0, loudness, mel_cepstrum
from vconv.common.errors import VconvError
from vconv.conversion.controls import Controls
from vconv.spectral_conversion.network import Network
from vconv.spectral_conversion.network_stream import ContextStream

RATE = 16000
Y = voice(np.geomspace(110, 150, 2 * RATE), seconds=2.0)


@pytest.fixture(scope="module")
def vc():
    return vconv.VoiceConverter.load("sample")


def stream(vc, **options):
    return vconv.StreamingConverter(vc, **{"target": vc.speakers[0]} | options)


def converted(stream, parts):
    return np.concatenate([*map(stream.push, parts), stream.flush()])


@pytest.fixture(scope="module")
def whole(vc):
    return converted(stream(vc), [Y])


@settings(max_examples=5, deadline=None)
@given(cuts=st.lists(st.integers(0, len(Y)), max_size=60))
def test_cutting_does_not_change_a_bit(vc, whole, cuts):
    assert len(whole) == len(Y) and np.array_equal(converted(stream(vc), np.split(Y, sorted(cuts))), whole)


@pytest.mark.parametrize("source", [None, 1])
@pytest.mark.parametrize("rate", [8000, RATE, 44100])
def test_no_sample_is_later_than_declared_and_some_are_as_late(vc, source, rate):
    converter = stream(vc, rate=rate, source=None if source is None else vc.speakers[source])
    held, latest = 0, 0
    for size in np.random.default_rng(0).integers(1, rate // 30, 60):
        held += size - len(converter.push(np.zeros(size)))
        latest = max(latest, held)
    assert latest <= converter.latency.samples and latest > converter.latency.samples - rate // 400
    assert (
        converter.latency.ms == pytest.approx(sum(ms for _, ms in converter.latency.terms))
        and converter.latency.ms < 255
    )


def test_the_state_of_the_network_gives_the_sound_of_the_whole_context(vc, whole, monkeypatch):
    def stream_of(network, *options):
        return ContextStream(network, *options)

    monkeypatch.setattr(Network, "stream", stream_of)
    np.testing.assert_allclose(converted(stream(vc), [Y]), whole, atol=1e-5)


def test_what_is_computed_once_is_ready_before_the_first_push(vc):
    cached = mel_cepstrum.mel_alpha, mel_cepstrum._matrix, mel_cepstrum._cosines
    for function in cached:
        function.cache_clear()
    converter = stream(vc)
    ready = [function.cache_info().misses for function in cached]
    converted(converter, [Y[: RATE // 2]])
    assert [function.cache_info().misses for function in cached] == ready == [1, 1, 1]
    late = "import sys, vconv.streaming.converter; sys.exit('numpy.ma' not in sys.modules)"
    assert subprocess.run([sys.executable, "-c", late]).returncode == 0


def test_an_impulse_and_the_end_of_a_voice_come_out_where_they_went_in(vc):
    y = np.concatenate([np.zeros(RATE // 2), Y[: RATE // 2], np.zeros(RATE // 2)])
    loud = np.flatnonzero(np.abs(converted(stream(vc), [y])) > 0.02)
    assert abs(loud[0] - RATE // 2) < 0.03 * RATE and abs(loud[-1] - RATE) < 0.03 * RATE


def test_a_step_in_f0_comes_out_at_its_time(vc):
    steps = voice(np.where(np.arange(2 * RATE) < 1.5 * RATE, 110.0, 150.0), seconds=2.0)
    converter, times, contour = stream(vc), [], []
    for first in range(0, len(steps), 160):
        converter.push(steps[first : first + 160])
        times.append((first + 160) / RATE - converter.latency.ms / 1000)
        contour.append(converter.f0_hz[0])
    contour, times = np.array(contour), np.array(times)
    step = times[np.flatnonzero(contour > 130)[0]]
    assert abs(step - 1.5) < 0.04
    assert (
        abs(np.median(contour[(times > 0.5) & (times < 1.4)]) - 110) < 1 and abs(contour[times > 1.7].mean() - 150) < 2
    )


def test_silence_in_silence_out_and_what_follows_is_converted(vc):
    converter = stream(vc)
    assert not np.any(converter.push(np.zeros(3 * RATE)))
    y = np.concatenate([converter.push(Y), converter.flush()])
    assert np.isfinite(y).all() and loudness.speech_level(y, RATE) > 0.5 * loudness.speech_level(Y, RATE)


@pytest.mark.parametrize("gain", [1.0, 0.1, 0.02])
def test_level_and_pitch_become_those_of_source_and_target(vc, gain):
    y = converted(stream(vc, rate=RATE), [gain * np.tile(Y, 5)])[6 * RATE :]
    assert abs(20 * np.log10(loudness.speech_level(y, RATE) / loudness.speech_level(gain * Y, RATE))) < 1.5
    found = f0.log_f0_statistics(vc.analyze(y).analysis.f0_hz).percentiles[2]
    assert abs(found - vc.statistics.log_f0_percentiles[0, 2]) < np.log(2) / 6


def test_samples_that_are_no_numbers_are_silence_and_told_once(vc):
    told, broken = [], Y.copy()
    broken[5000:5010], broken[9000] = np.nan, np.inf
    y = converted(stream(vc, report=told.append), np.split(broken, 8))
    assert np.array_equal(y, converted(stream(vc), [np.where(np.isfinite(broken), broken, 0)])) and len(told) == 1


def test_integers_are_scaled_by_their_type(vc):
    samples = np.round(32767 * Y).astype(np.int16)
    assert np.array_equal(converted(stream(vc), [samples]), converted(stream(vc), [samples / 32768]))


def test_bypass_gives_the_source_as_late_as_the_converted_voice(vc):
    converter = stream(vc, rate=44100)
    converter.bypass = True
    y = np.random.default_rng(0).uniform(-0.5, 0.5, 44100)
    found = converted(converter, np.split(y, 7))
    assert len(found) == len(y) and np.array_equal(found[500:], y[500:])


def test_target_and_controls_change_while_it_runs(vc):
    converter, other = stream(vc), stream(vc, target=vc.speakers[1], controls=Controls(semitones=12))
    first = converter.push(Y)
    converter.change(target=vc.speakers[1], controls=Controls(semitones=12))
    converter.push(Y)
    other.push(np.append(Y, Y))
    assert len(first) and converter.f0_hz == pytest.approx(other.f0_hz, rel=0.01) and converter.f0_hz[1] > 0
    with pytest.raises(VconvError, match="semitones is 99"):
        converter.change(controls=Controls(semitones=99))
    with pytest.raises(VconvError, match="nobody"):
        converter.change(target="nobody")


def test_strength_0_keeps_the_pitch(vc):
    converter = stream(vc, controls=Controls(strength=0.0))
    converter.push(Y)
    source_hz, converted_hz = converter.f0_hz
    assert source_hz > 0 and converted_hz == source_hz


def test_memory_does_not_grow(vc):
    def size(value, seen):
        if id(value) in seen:
            return 0
        seen.add(id(value))
        if isinstance(value, np.ndarray):
            return value.nbytes
        if isinstance(value, (list, tuple)):
            return sum(size(part, seen) for part in value)
        module = getattr(type(value), "__module__", "")
        streaming = module.startswith(
            (
                "vconv.streaming",
                "vconv.audio",
                "vconv.spectral_conversion.running",
                "vconv.spectral_conversion.network_stream",
            )
        )
        return sum(size(part, seen) for part in vars(value).values()) if streaming and hasattr(value, "__dict__") else 0

    converter, sizes = stream(vc), []
    for _ in range(4):
        converter.push(Y)
        sizes.append(size(converter, set()))
    assert max(sizes[1:]) < 1.02 * min(sizes[1:]) and sizes[0] > 1e5
