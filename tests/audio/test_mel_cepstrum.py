"""Mel-cepstra: equal to SPTK's and to the warped cosine series of their definition, and invertible."""

import doctest

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from threadpoolctl import threadpool_limits

from vconv.audio import mel_cepstrum

# SPTK's sp2mc (pysptk 1.0.1) of `spectrum(bins)`: (bins, order, alpha) -> mel-cepstrum
SPTK = {
    (513, 5, 0.41): [-3.4309802580, 2.2470493433, 0.4951024083, 0.4604712269, -0.5683877708, 0.3141703805],
    (1025, 4, 0.544): [-3.0268079265, 2.3756766951, 0.1985432117, -0.0041918562, -0.3421314724],
    (257, 4, 0.312): [-3.6779939586, 2.1294927493, 0.5238348212, 0.8238742498, -0.4869958728],
}


def spectrum(bins):
    """Return a power spectrum with two broad peaks and a tilt; a formula, so that SPTK can be given the same."""
    omega = np.linspace(0, np.pi, bins)
    return np.exp(-3 * omega + 2 * np.cos(3 * omega) + np.sin(5 * omega + 1) - 4)


def warped(omega, alpha):
    """Return the frequency `omega` on the warped axis: the phase of the all-pass filter."""
    z = np.exp(-1j * omega)
    return -np.unwrap(np.angle((z - alpha) / (1 - alpha * z)))


@pytest.mark.parametrize("case", SPTK)
def test_mel_cepstra_equal_those_of_sptk(case):
    bins, order, alpha = case
    np.testing.assert_allclose(mel_cepstrum.from_spectrum(spectrum(bins), order, alpha), SPTK[case], atol=1e-9)


@settings(max_examples=30, deadline=None)
@given(alpha=st.floats(-0.6, 0.6), seed=st.integers(0, 99))
def test_the_mel_cepstrum_of_a_warped_cosine_series_is_its_coefficients(alpha, seed):
    """By definition log|H(omega)| is the sum of c_m cos(m warped(omega)); the code uses a recursion instead."""
    expected = np.random.default_rng(seed).standard_normal((3, 25)) / np.arange(1, 26)
    omega = np.linspace(0, np.pi, 1025)
    log_amplitude = expected @ np.cos(np.arange(25)[:, None] * warped(omega, alpha))
    found = mel_cepstrum.from_spectrum(np.exp(2 * log_amplitude), 24, alpha)
    np.testing.assert_allclose(found, expected, atol=1e-6)


@settings(max_examples=20, deadline=None)
@given(alpha=st.floats(-0.6, 0.6), seed=st.integers(0, 99), order=st.integers(0, 39))
def test_a_spectrum_is_the_warped_cosine_series(alpha, seed, order):
    mel_cepstra = np.random.default_rng(seed).standard_normal((2, 3, order + 1)) / np.arange(1, order + 2)
    omega = np.linspace(0, np.pi, 513)
    expected = np.exp(2 * sum(mel_cepstra[..., m, None] * np.cos(m * warped(omega, alpha)) for m in range(order + 1)))
    np.testing.assert_allclose(mel_cepstrum.to_spectrum(mel_cepstra, 513, alpha), expected, rtol=1e-8)


@pytest.mark.parametrize(("bins", "alpha"), [(513, 0.41), (1025, 0.554), (257, 0.0)])
def test_the_mel_cepstra_of_a_spectrum_made_of_them_are_the_same_at_order_39(bins, alpha):
    mel_cepstra = np.random.default_rng(0).standard_normal((4, 40)) / np.arange(1, 41)
    made = mel_cepstrum.to_spectrum(mel_cepstra.astype(np.float32), bins, alpha)
    assert made.shape == (4, bins) and made.dtype == np.float64
    np.testing.assert_allclose(mel_cepstrum.from_spectrum(made, 39, alpha), mel_cepstra, atol=1e-5)


def test_high_order_reproduces_the_log_spectrum():
    found = mel_cepstrum.from_spectrum(spectrum(513), 120, 0.41)
    omega = np.linspace(0, np.pi, 513)
    series = found @ np.cos(np.arange(121)[:, None] * warped(omega, 0.41))
    assert np.abs(series - 0.5 * np.log(spectrum(513)))[5:-5].max() < 0.02


def test_without_warping_it_is_the_plain_cepstrum():
    cepstrum = np.fft.irfft(0.5 * np.log(spectrum(513)))
    found = mel_cepstrum.from_spectrum(spectrum(513), 24, 0.0)
    np.testing.assert_allclose(found, np.r_[cepstrum[0], 2 * cepstrum[1:25]], atol=1e-12)


@settings(max_examples=20, deadline=None)
@given(gain=st.floats(1e-6, 1e6))
def test_the_level_changes_coefficient_0_alone(gain):
    plain, louder = (mel_cepstrum.from_spectrum(spectrum(513) * factor) for factor in (1.0, gain))
    np.testing.assert_allclose(louder - plain, np.r_[0.5 * np.log(gain), np.zeros(24)], atol=1e-9)


def test_shapes_types_and_degenerate_spectra():
    frames = np.stack([spectrum(513)] * 6).reshape(2, 3, 513)
    found = mel_cepstrum.from_spectrum(frames.astype(np.float32), 30, 0.41)
    assert found.shape == (2, 3, 31) and found.dtype == np.float64
    np.testing.assert_allclose(found[1, 2], mel_cepstrum.from_spectrum(spectrum(513), 30), atol=1e-5)
    assert mel_cepstrum.from_spectrum(np.zeros((0, 513))).shape == (0, 25)
    assert np.isfinite(mel_cepstrum.from_spectrum(np.zeros(513))).all()
    assert mel_cepstrum.from_spectrum(spectrum(513), 0).shape == (1,)


@pytest.mark.parametrize(
    ("rate", "alpha"), [(8000, 0.312), (16000, 0.41), (22050, 0.455), (24000, 0.466), (44100, 0.544), (48000, 0.554)]
)
def test_the_warping_of_each_rate_is_that_used_with_sptk(rate, alpha):
    assert mel_cepstrum.mel_alpha(rate) == alpha


def test_the_example_in_the_docstring_holds():
    result = doctest.testmod(mel_cepstrum, extraglobs={"np": np})
    assert result.attempted and not result.failed


def test_results_do_not_depend_on_the_number_of_threads_of_the_first_call():
    found = []
    for threads in 1, 2:
        mel_cepstrum._matrix.cache_clear()
        with threadpool_limits(threads):
            mel_cepstrum.from_spectrum(spectrum(513))
        with threadpool_limits(1):
            found.append(mel_cepstrum.from_spectrum(np.stack([spectrum(513)] * 50)))
    np.testing.assert_array_equal(*found)
