"""A resampled stream is the resampled signal, wherever it is cut, and no later than declared."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vconv.audio.stream_resampling import StreamResampler

PAIRS = [(48000, 16000), (44100, 16000), (16000, 44100), (8000, 16000), (11025, 16000), (22050, 16000)]


def tones(rate, samples, highest_hz):
    seconds = np.arange(samples) / rate
    return np.sin(2 * np.pi * 440 * seconds) + 0.3 * np.sin(2 * np.pi * 0.8 * highest_hz * seconds)


@pytest.mark.parametrize(("rate", "new_rate"), PAIRS)
def test_tones_are_those_of_the_new_rate(rate, new_rate):
    highest_hz = min(rate, new_rate) / 2
    found = StreamResampler(rate, new_rate).push(tones(rate, rate, highest_hz))
    expected = tones(new_rate, len(found), highest_hz)
    inside = slice(new_rate // 10, -new_rate // 10)
    assert np.std(found[inside] - expected[inside]) < 1e-4 * np.std(expected)


@pytest.mark.parametrize(("rate", "new_rate"), [pair for pair in PAIRS if pair[1] < pair[0]])
def test_what_is_above_the_new_band_does_not_come_back_below_it(rate, new_rate):
    y = np.sin(2 * np.pi * 0.6 * new_rate * np.arange(rate) / rate)
    assert np.std(StreamResampler(rate, new_rate).push(y)[100:]) < 1e-4


@settings(max_examples=30, deadline=None)
@given(pair=st.sampled_from(PAIRS), cuts=st.lists(st.integers(0, 3000), max_size=20))
def test_the_result_is_the_same_to_the_bit_wherever_the_signal_is_cut(pair, cuts):
    y = np.random.default_rng(0).standard_normal(3000)
    whole, parts = StreamResampler(*pair).push(y), StreamResampler(*pair)
    assert np.array_equal(np.concatenate([parts.push(part) for part in np.split(y, sorted(cuts))]), whole)


@pytest.mark.parametrize(("rate", "new_rate"), PAIRS)
def test_a_sample_needs_no_more_input_than_the_delay(rate, new_rate):
    resampler, given_samples, found = StreamResampler(rate, new_rate), 0, 0
    for size in np.random.default_rng(1).integers(1, 200, 50):
        found += len(resampler.push(np.zeros(size)))
        given_samples += size
        assert found >= (given_samples - 1 - resampler.delay) * new_rate / rate


def test_the_same_rate_takes_no_time():
    resampler = StreamResampler(16000, 16000)
    assert resampler.delay == 0 and np.array_equal(resampler.push(np.arange(5.0)), np.arange(5.0))
