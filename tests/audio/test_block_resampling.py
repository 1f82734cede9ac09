"""Resampling in blocks: the whole-file resampler's result, whatever the cutting."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vconv.audio import block_resampling, wav


def band_limited(samples, rate, highest_hz):
    """Return noise below a frequency that fades in and out."""
    transform = np.fft.rfft(np.random.default_rng(0).normal(size=samples))
    transform[np.fft.rfftfreq(samples, 1 / rate) > highest_hz] = 0
    return np.fft.irfft(transform, samples) * np.hanning(samples)


@pytest.mark.parametrize("rate, new_rate", [(44100, 16000), (8000, 16000)])
@pytest.mark.parametrize("seconds", [0.5, 8.2, 17.5])
def test_blocks_give_the_signal_that_is_resampled_as_a_whole(rate, new_rate, seconds):
    y = band_limited(int(rate * seconds), rate, 0.98 * min(rate, new_rate) / 2)
    expected = wav.resample(y, rate, new_rate)
    found = np.concatenate(list(block_resampling.resample([y], rate, new_rate)))
    assert found.shape == expected.shape
    assert np.abs(found - expected).max(initial=0) <= 10 ** (-75 / 20) * np.abs(expected).max(initial=0)


@settings(max_examples=10, deadline=None)
@given(sizes=st.lists(st.integers(1, 9000), min_size=1, max_size=20))
def test_any_cutting_gives_the_same_samples_to_the_bit(sizes):
    y = np.random.default_rng(0).normal(size=2000 * 17)
    parts = np.split(y, np.cumsum(sizes)[np.cumsum(sizes) < len(y)])
    whole, found = (np.concatenate(list(block_resampling.resample(blocks, 2000, 1500))) for blocks in ([y], parts))
    np.testing.assert_array_equal(found, whole)


def test_the_same_rate_changes_nothing_and_nothing_stays_nothing():
    y = np.random.default_rng(0).normal(size=50000)
    np.testing.assert_array_equal(np.concatenate(list(block_resampling.resample([y], 1000, 1000))), y)
    assert not sum(map(len, block_resampling.resample([], 8000, 16000)))


def test_chunks_have_the_size_that_was_asked_for():
    rows = np.arange(46).reshape(23, 2)
    chunks = list(block_resampling.rechunk(np.split(rows, [2, 3, 17]), 5))
    assert [len(chunk) for chunk in chunks] == [5, 5, 5, 5, 3]
    np.testing.assert_array_equal(np.concatenate(chunks), rows)
