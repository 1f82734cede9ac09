"""Filters and transforms give what SciPy gives."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import fft as scipy_fft
from scipy import ndimage

from vconv.audio import fft, smoothing


@pytest.mark.parametrize("std", [0.5, 1.0, 2.0, 7.3])
@pytest.mark.parametrize("length", [1, 3, 5, 200])
def test_the_gaussian_is_that_of_scipy(length, std):
    values = np.random.default_rng(0).normal(size=length)
    found = smoothing.gaussian_filter1d(values, std)
    np.testing.assert_allclose(found, ndimage.gaussian_filter1d(values, std), atol=1e-12)


@given(st.lists(st.integers(0, 99), min_size=1, max_size=40), st.integers(1, 40))
def test_running_minima_are_the_minima_of_all_windows(values, size):
    found = smoothing.running_minimum(np.array(values), size).tolist() if size <= len(values) else []
    assert found == [min(values[first : first + size]) for first in range(len(values) - size + 1)]


def test_fast_lengths_are_those_of_scipy():
    assert all(fft.next_fast_len(size) == scipy_fft.next_fast_len(size, real=True) for size in range(1, 3000))
