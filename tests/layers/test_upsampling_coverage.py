"""Coverage of stacks of transposed convolutions: counted as a network computes it."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stacks import LAYERS, axis_stack

from vconv.layers.upsampling import Upsampling, coverage, shapes


def responses(layers, size):
    """Return the response of a stack of all-ones kernels (kernel, stride, padding) to each input of one axis.

    It is computed by the definition of a transposed convolution, tap by tap, and cropped as Keras does.
    """
    found = []
    for position in range(size):
        signal = [int(place == position) for place in range(size)]
        for kernel, stride, padding in layers:
            whole = [0] * ((len(signal) - 1) * stride + max(kernel, stride))
            for place, value in enumerate(signal):
                for tap in range(kernel):
                    whole[place * stride + tap] += value
            cut = (kernel - stride) // 2 if padding == "same" and kernel > stride else 0
            signal = whole[cut : cut + len(signal) * stride] if padding == "same" else whole
        found.append(signal)
    return np.array(found)


@settings(max_examples=150, deadline=None)
@given(LAYERS, st.integers(1, 6))
def test_coverage_counts_the_impulse_responses(layers, size):
    (axis,) = coverage(axis_stack(layers), (size,))
    found = responses(layers, size)
    assert axis.taps.tolist() == found.sum(axis=0).tolist()
    assert axis.inputs.tolist() == (found > 0).sum(axis=0).tolist()
    assert shapes(axis_stack(layers), (size,))[-1] == (found.shape[1],)


@settings(max_examples=60, deadline=None)
@given(LAYERS)
def test_the_period_is_that_of_the_middle_of_a_long_signal(layers):
    (axis,) = coverage(axis_stack(layers), (101,))
    period, middle = math.prod(stride for _, stride, _ in layers), len(axis.taps) // 2
    assert len(axis.period) == period
    assert axis.taps[middle : middle + period].tolist() in [
        np.roll(axis.period, shift).tolist() for shift in range(period)
    ]


def keras_response(stack, start):
    """Return the output of the layers of Keras where all weights and inputs are 1."""
    import keras

    layer_type = {1: keras.layers.Conv1DTranspose, 2: keras.layers.Conv2DTranspose, 3: keras.layers.Conv3DTranspose}
    x = np.ones((1, *start, 1), np.float32)
    for layer in stack:
        x = layer_type[len(start)](1, layer.kernel, layer.stride, padding=layer.padding, kernel_initializer="ones")(x)
    return np.asarray(x)[0, ..., 0]


@pytest.mark.parametrize("padding", ["same", "valid"])
@pytest.mark.parametrize(
    "kernels, strides, start",
    [
        ([(5,), (4,)], [(2,), (3,)], (4,)),
        ([(2,), (7,)], [(5,), (2,)], (3,)),
        ([(5, 3), (3, 7)], [(2, 3), (1, 4)], (3, 2)),
        ([(2, 1)], [(3, 2)], (2, 4)),
        ([(2, 5, 3), (3, 2, 4)], [(1, 3, 2), (2, 1, 3)], (2, 3, 2)),
    ],
)
def test_coverage_equals_the_output_of_keras(kernels, strides, start, padding):
    stack = [Upsampling("x", kernel, stride, padding) for kernel, stride in zip(kernels, strides, strict=True)]
    taps = [axis.taps for axis in coverage(stack, start)]
    outer = taps[0]
    for vector in taps[1:]:
        outer = np.multiply.outer(outer, vector)
    expected = keras_response(stack, start)
    assert outer.shape == expected.shape == shapes(stack, start)[-1]
    assert np.array_equal(outer, expected)


def test_the_inputs_of_an_output_are_the_product_over_axes():
    stack = [Upsampling("x", (5, 2), (2, 3)), Upsampling("y", (3, 4), (2, 2))]
    start, (rows, columns) = (3, 2), coverage(stack, (3, 2))
    reached = np.zeros((12, 12), int)
    parts = [responses([(x.kernel[a], x.stride[a], "same") for x in stack], start[a]) for a in (0, 1)]
    for row, column in itertools.product(range(3), range(2)):
        reached += np.outer(parts[0][row], parts[1][column]) > 0
    assert np.array_equal(np.outer(rows.inputs, columns.inputs), reached)


def test_coverage_by_hand():
    (axis,) = coverage([Upsampling("x", (5,), (2,))], (3,))
    assert axis.taps.tolist() == axis.inputs.tolist() == [1, 2, 2, 3, 2, 2] and sorted(axis.period) == [2, 3]
    (axis,) = coverage([Upsampling("x", (2,), (5,))], (2,))
    assert axis.taps.tolist() == [1, 1, 0, 0, 0] * 2 and axis.period.tolist() == [1, 1, 0, 0, 0]


def test_counts_beyond_64_bits_are_exact():
    (axis,) = coverage([Upsampling("x", (1024,), (1,), "valid")] * 8, (1,))
    everything = [1]
    for _ in range(8):  # a box of 1024 convolved with itself, in Python's integers
        everything = [sum(everything[max(0, place - 1023) : place + 1]) for place in range(len(everything) + 1023)]
    assert axis.taps.tolist() == everything and max(everything) > 2**63
