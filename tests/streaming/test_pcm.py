"""Samples as bytes: exact values, limits, and every 16-bit sample there and back."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vconv.streaming import pcm
from vconv.streaming.pcm import PcmFormat

INTEGERS = ("s16le", "s24le", "s32le")


@pytest.mark.parametrize("encoding", INTEGERS)
def test_integers_are_little_endian_and_full_scale_is_1(encoding):
    width = pcm.BYTES[encoding]
    lowest, half, step = bytes(width - 1) + b"\x80", bytes(width - 1) + b"\x40", b"\x01" + bytes(width - 1)
    expected = [-1, 0.5, 2.0 ** (1 - 8 * width)]
    assert pcm.decode(lowest + half + step, encoding).tolist() == expected
    assert pcm.encode(np.array(expected), encoding) == lowest + half + step


@pytest.mark.parametrize("encoding", INTEGERS)
def test_integers_are_clipped_and_rounded(encoding):
    step = 2.0 ** (1 - 8 * pcm.BYTES[encoding])
    y = pcm.decode(pcm.encode(np.array([7.0, 1.0, -7.0, 0.6 * step, -0.4 * step]), encoding), encoding)
    assert y.tolist() == [1 - step, 1 - step, -1, step, 0]


def test_every_16_bit_sample_comes_back():
    data = np.arange(-32768, 32768).astype("<i2").tobytes()
    assert pcm.encode(pcm.decode(data, "s16le"), "s16le") == data


@given(st.lists(st.floats(width=32, allow_nan=False), max_size=20))
def test_floating_point_samples_come_back_and_are_not_clipped(samples):
    data = np.array(samples, "<f4").tobytes()
    assert pcm.encode(pcm.decode(data, "f32le"), "f32le") == data


def test_channels_are_averaged():
    data = np.array([[0.5, -0.25, 0.5], [1, 0.5, 0]], "<f4").tobytes()
    assert pcm.mono(data, PcmFormat(16000, "f32le", 3)).tolist() == [0.25, 0.5]
