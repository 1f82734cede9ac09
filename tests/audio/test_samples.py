"""Samples as files and arrays hold them: channels that cancel each other, other full scales, silence."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vconv.audio import samples
from vconv.common.errors import VconvError

TONE = 0.3 * np.sin(np.arange(1600) * 2 * np.pi / 32)
NOISE = 0.1 * np.random.default_rng(0).standard_normal((1600, 3))


@pytest.mark.parametrize("channels", [1, 2, 3])
def test_channels_are_averaged(channels):
    y, note = samples.to_mono(NOISE[:, :channels])
    np.testing.assert_array_equal(y, NOISE[:, :channels].mean(axis=1))
    assert note == ""


@given(st.floats(-1.2, -0.85), st.floats(1e-4, 1))
def test_of_channels_in_opposite_phase_the_loudest_is_taken(inversion, gain):
    y, note = samples.to_mono(gain * np.stack([TONE, inversion * TONE], axis=1))
    loudest = int(inversion < -1)
    np.testing.assert_allclose(y, gain * (inversion if loudest else 1) * TONE)
    assert note == f"its channels cancel each other, so channel {loudest + 1} is used"


def test_one_silent_channel_and_silence_in_all_are_averaged():
    assert samples.to_mono(np.stack([TONE, 0 * TONE], axis=1))[1] == ""
    assert samples.to_mono(np.zeros((100, 2)))[1] == samples.to_mono(np.zeros((0, 2)))[1] == ""


@given(st.floats(17, 60_000))
def test_samples_at_the_scale_of_16_bits_are_divided(peak):
    y, note = samples.to_full_scale(peak * np.array([0.5, -1.0]))
    np.testing.assert_allclose(y, peak * np.array([0.5, -1.0]) / 32768)
    assert "are taken for 16-bit integers" in note


@given(st.floats(0, 16))
def test_samples_at_the_scale_of_1_are_kept_though_they_are_too_loud(peak):
    assert samples.to_full_scale(np.array([peak]))[0].tolist() == [peak]


def test_samples_at_an_impossible_scale_are_refused():
    with pytest.raises(VconvError, match="its samples reach 2e\\+09, but full scale is 1; export it again"):
        samples.to_full_scale(np.array([2e9]))


@given(st.sampled_from(["int8", "int16", "int32", "uint8", "uint16"]))
def test_integers_are_scaled_by_their_type(kind):
    limits = np.iinfo(kind)
    middle = (limits.min + limits.max + 1) // 2
    y = samples.of_array(np.array([limits.min, middle, limits.max], kind))
    np.testing.assert_allclose(y, [-1, 0, 1], atol=2.0**-7)
    assert y[0] == -1 and y[1] == 0 and y.dtype == np.float64


@pytest.mark.parametrize(
    "array, sentence",
    [
        (np.zeros((9, 2)), r"shape \(9, 2\) is no signal"),
        (np.zeros(9, complex), "complex128"),
        (np.zeros(9, bool), "bool"),
        (np.zeros(9, np.int64), "integers of at most 32 bits"),
        (np.array(["a"]), "no signal"),
        (np.array([0.0, np.nan]), "finite samples"),
        (np.array([0.0, 20_000.0]), "the samples reach 20000, but .*divide them by 32768"),
    ],
)
def test_other_arrays_are_refused(array, sentence):
    with pytest.raises(VconvError, match=sentence):
        samples.of_array(array)


def test_silence_may_have_an_offset_but_no_two_steps_of_16_bits():
    assert samples.is_silent(np.zeros(0)) and samples.is_silent(np.full(100, 0.1))
    assert not samples.is_silent(np.array([0, 2 / 32768])) and samples.is_silent(np.array([0, 1 / 32768]))
