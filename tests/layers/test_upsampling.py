"""Stacks of transposed convolutions: their coverage counted as a network computes it, and plans without faults."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vconv.common.errors import VconvError
from vconv.layers.convolution import transposed_convolution_block
from vconv.layers.upsampling import Upsampling, as_text, check, coverage, plan_upsampling, shapes, verdict

FAULTY = [
    Upsampling(f"layer {number}", (2, 5, 5), stride)
    for number, stride in enumerate([(1, 6, 1), (1, 3, 19), (1, 2, 1)], 1)
]


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


def axis_stack(layers):
    return [Upsampling(f"layer {n}", (k,), (s,), padding) for n, (k, s, padding) in enumerate(layers, 1)]


LAYERS = st.lists(
    st.tuples(st.integers(1, 9), st.integers(1, 5), st.sampled_from(["same", "valid"])), min_size=1, max_size=3
)


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


def test_the_verdict_on_a_faulty_stack_names_every_hole_and_checkerboard():
    found = coverage(FAULTY, (2, 7, 19))
    assert [len(axis.taps) for axis in found] == [2, 252, 361]
    assert [(axis.taps == 0).sum() for axis in found] == [0, 2, 192]
    holes, checkerboards, short = verdict(FAULTY, (2, 7, 19), (2, 252, 361))
    assert holes == [
        "layer 1: axis 1: kernel 5 is smaller than stride 6, so no input reaches 1 of every 6 outputs; "
        "use kernel 6 or 12, or stride 5",
        "layer 2: axis 2: kernel 5 is smaller than stride 19, so no input reaches 14 of every 19 outputs; "
        "use kernel 19 or 38, or stride 5",
    ]
    assert [sentence.split(",")[0] for sentence in checkerboards] == [
        "layer 2: axis 1: kernel 5 is no multiple of stride 3",
        "layer 3: axis 1: kernel 5 is no multiple of stride 2",
    ]
    assert short == []


@settings(max_examples=200, deadline=None)
@given(st.integers(1, 9), st.integers(1, 7), st.integers(2, 6), st.sampled_from(["same", "valid"]))
def test_the_verdict_agrees_with_the_counts(kernel, stride, size, padding):
    """Holes and checkerboards of one layer follow from kernel and stride, and from the counts far from the ends."""
    layer = Upsampling("x", (kernel,), (stride,), padding)
    (axis,) = coverage([layer], (size,))
    found = verdict([layer], (size,))
    assert bool(found.holes) == (0 in axis.taps) == (not found.covers)
    assert bool(found.checkerboards) == (len(set(axis.period)) > 1 and not found.holes)
    for sentence in found.checkerboards:
        assert f"{min(axis.period)} and {max(axis.period)} taps" in sentence


@settings(max_examples=100, deadline=None)
@given(st.integers(1, 20), st.integers(1, 20))
def test_the_proposed_kernels_and_strides_have_no_fault(kernel, stride):
    found = verdict([Upsampling("x", (kernel,), (stride,))], (5,))
    for sentence in found.holes + found.checkerboards:
        remedy = sentence.split("use kernel ")[1].replace(",", "").split()
        for proposed in int(remedy[0]), int(remedy[2]):
            assert verdict([Upsampling("x", (proposed,), (stride,))], (5,)) == ([], [], [])
        if "or stride" in sentence:
            assert not verdict([Upsampling("x", (kernel,), (int(remedy[-1]),))], (5,)).holes


def test_an_axis_of_one_input_has_no_checkerboard():
    layer = Upsampling("x", (5, 5), (4, 4))
    assert [sentence[:9] for sentence in verdict([layer], (1, 2)).checkerboards] == ["x: axis 1"]
    assert set(coverage([layer], (1, 2))[0].taps) == {1}


def test_an_axis_shorter_than_its_target_is_named_with_a_larger_start():
    stack = [Upsampling("x", (4, 4), (2, 2))]
    found = verdict(stack, (3, 3), (6, 9))
    assert found.short == [
        "axis 1: the stack ends at 6 outputs, short of its target 9; use larger strides or start at 5"
    ]
    assert not found.covers and verdict(stack, (3, 5), (6, 9)).covers


@settings(max_examples=60, deadline=None)
@given(LAYERS, st.integers(1, 5), st.integers(1, 200))
def test_the_proposed_start_is_the_smallest_that_reaches_the_target(layers, start, target):
    stack = axis_stack(layers)
    for sentence in verdict(stack, (start,), (target,)).short:
        proposed = int(sentence.split("start at ")[1])
        assert not verdict(stack, (proposed,), (target,)).short
        assert verdict(stack, (proposed - 1,), (target,)).short


# Planning


@settings(max_examples=150, deadline=None)
@given(st.lists(st.one_of(st.integers(1, 60), st.integers(1, 5000)), min_size=1, max_size=3), st.integers(1, 6))
def test_a_plan_covers_its_target_without_hole_or_checkerboard(target, blocks):
    plan = plan_upsampling(target, blocks)
    assert len(plan.stack) == blocks and verdict(plan.stack, plan.start, tuple(target)) == ([], [], [])
    for size, start, crop, axis in zip(target, plan.start, plan.crop, coverage(plan.stack, plan.start), strict=True):
        assert len(axis.taps) - crop == size and crop >= 0
        assert min(axis.taps) > 0 and len(set(axis.period)) == 1
        assert start <= 8 and (start >= 4 or start == size)
    for layer in plan.stack:
        assert all(
            kernel >= stride and kernel % stride == 0 for kernel, stride in zip(layer.kernel, layer.stride, strict=True)
        )
    for strides in zip(*(layer.stride for layer in plan.stack), strict=True):
        assert list(strides) == sorted(strides, reverse=True) and strides[0] <= 2 * strides[-1]


@settings(max_examples=60, deadline=None)
@given(st.integers(9, 200), st.integers(1, 3))
def test_no_stack_within_the_rules_has_a_smaller_crop(size, blocks):
    lengths = [
        start * math.prod(strides)
        for start in range(4, 9)
        for strides in itertools.product(range(1, 51 if blocks == 1 else 15), repeat=blocks)
        if max(strides) <= 2 * min(strides)
    ]
    assert plan_upsampling((size,), blocks).crop == (min(length for length in lengths if length >= size) - size,)


@pytest.mark.parametrize(
    "target, blocks, start, strides, crop",
    [
        ((28, 28), 3, (7, 7), [(2, 2), (2, 2), (1, 1)], (0, 0)),  # that of DCGAN for 28 × 28
        ((19,), 2, (5,), [(2,), (2,)], (1,)),
        ((361,), 3, (5,), [(5,), (5,), (3,)], (14,)),
        ((252,), 3, (7,), [(4,), (3,), (3,)], (0,)),
        ((2, 252, 361), 3, (2, 7, 5), [(1, 4, 5), (1, 3, 5), (1, 3, 3)], (0, 0, 14)),
        ((1,), 2, (1,), [(1,), (1,)], (0,)),
        ((8,), 1, (8,), [(1,)], (0,)),
    ],
)
def test_plans_by_hand(target, blocks, start, strides, crop):
    plan = plan_upsampling(target, blocks)
    assert plan.start == start and plan.crop == crop and [layer.stride for layer in plan.stack] == strides
    kernels = [
        tuple(2 * step if step > 1 else min(3, 2 * size - 1) for step, size in zip(stride, target, strict=True))
        for stride in strides
    ]
    assert [layer.kernel for layer in plan.stack] == kernels


# Mistakes


@pytest.mark.parametrize(
    "kernel, stride, sentence",
    [
        (
            5,
            6,
            "up_1: axis 0: kernel 5 is smaller than stride 6, so no input reaches 1 of every 6 outputs; use kernel 6 ",
        ),
        ((5, 3), (5, 4), "up_1: axis 1: kernel 3 is smaller than stride 4"),
        (2, (1, 2, 3), "up_1: axis 2: kernel 2 is smaller than stride 3"),
        (0, 1, "up_1: kernel: needs whole numbers from 1"),
        ((3, 3), (1, 2.0), "up_1: stride: needs whole numbers from 1"),
        (10_000_001, 1, "up_1: kernel: needs whole numbers from 1 to 10,000,000"),
        (True, 1, "up_1: kernel: needs whole numbers"),
        (None, 1, "up_1: kernel: needs whole numbers"),
        ((), 1, "up_1: kernel: needs whole numbers"),
        ((3, 3, 3), (2, 2), r"up_1: stride: \[2, 2\] has 2 axes where the others have 3"),
        ((3,) * 4, (2,) * 4, r"up_1: kernel: \[3, 3, 3, 3\] has 4 axes; a transposed convolution has 1, 2 or 3"),
    ],
)
def test_an_impossible_layer_is_refused_with_its_name(kernel, stride, sentence):
    with pytest.raises(VconvError, match=f"^{sentence}"):
        check("up_1", kernel, stride)


def test_layers_without_holes_pass_and_a_number_stands_for_all_axes():
    for kernel, stride in (5, 2), (3, 3), ((3, 4), 3), (4, (1, 4, 2)):
        check("up_1", kernel, stride)
    assert Upsampling("x", 4, (1, 2, 2)).kernel == (4, 4, 4) and Upsampling("x", [4, 2], 2).stride == (2, 2)
    with pytest.raises(VconvError, match="x: padding: 'full' is not allowed; choose one of: same, valid"):
        Upsampling("x", 3, 2, "full")


def test_a_block_with_a_hole_is_refused_before_it_is_built():
    import keras

    x = keras.Input((9, 2))
    with pytest.raises(VconvError, match="decoder_1: axis 0: kernel 2 is smaller than stride 3"):
        transposed_convolution_block(x, 4, 2, 3, 0.1, "decoder_1")
    assert transposed_convolution_block(x, 4, 3, 3, 0.1, "decoder_1").shape == (None, 27, 4)


@pytest.mark.parametrize(
    "call, sentence",
    [
        (lambda: shapes(FAULTY, (7, 19)), r"layer 1: \[2, 5, 5\] has 3 axes where the others have 2"),
        (
            lambda: coverage(FAULTY, (2, 0, 19)),
            r"start: needs whole numbers from 1 to 10,000,000, one per axis, found \(2,",
        ),
        (
            lambda: coverage([Upsampling("x", 5000, 5000)] * 3, (1,)),
            "x: its output has 25,000,000 positions on an axis",
        ),
        (lambda: plan_upsampling((0, 5), 2), r"target shape: needs whole numbers from 1 to .*, found \(0, 5\)"),
        (lambda: plan_upsampling((2, 3, 4, 5), 2), r"target shape: \[2, 3, 4, 5\] has 4 axes"),
        (lambda: plan_upsampling((), 2), "target shape: needs whole numbers"),
        (lambda: plan_upsampling(28, 2), "target shape: needs whole numbers .*, found 28"),
        (lambda: plan_upsampling((28,), 0), "blocks: needs a whole number from 1 to 32, found 0"),
        (lambda: plan_upsampling((28,), 33), "blocks: needs a whole number from 1 to 32, found 33"),
        (lambda: plan_upsampling((28,), 2.0), "blocks: needs a whole number"),
    ],
)
def test_impossible_sizes_are_refused_with_what_is_allowed(call, sentence):
    with pytest.raises(VconvError, match=f"^{sentence}"):
        call()


def test_plans_for_32_blocks_and_for_the_longest_axis_are_found():
    for size, blocks in (10_000_000 - 8, 3), (9973, 32):
        plan = plan_upsampling((size,), blocks)
        assert shapes(plan.stack, plan.start)[-1][0] - plan.crop[0] == size


# Text


def test_the_text_describes_each_layer_each_axis_and_a_plan():
    lines = as_text(FAULTY, (2, 7, 19), (2, 252, 361)).splitlines()
    assert lines[:2] == ["start 2 × 7 × 19", "layer 1: kernel 2 × 5 × 5, stride 1 × 6 × 1, same → 2 × 42 × 19: holes"]
    assert lines[2].startswith("  axis 1: kernel 5 is smaller than stride 6")
    assert "layer 2: kernel 2 × 5 × 5, stride 1 × 3 × 19, same → 2 × 126 × 361: holes and checkerboard" in lines
    assert lines[-13:-10] == [
        "  axis 0: 2 outputs, reached by 1 to 2 inputs and 1 to 4 taps (8 taps far from the ends of a long input)",
        "  axis 1: 252 outputs, 2 of them holes, reached by 1 to 2 inputs and 1 to 5 taps (1 to 5 taps far from the "
        "ends of a long input)",
        "  axis 2: 361 outputs, 192 of them holes, reached by 3 to 5 inputs and 3 to 25 taps (0 to 25 taps far from "
        "the ends of a long input)",
    ]
    assert "  97,444 of 181,944 outputs (53.6%) are reached by no input" in lines, "all but 2 × 250 × 169"
    assert "verdict: holes; vconv builds no such layers" in lines
    assert lines[-4:] == [
        "  layers:",
        "  - {kernel: [3, 8, 10], stride: [1, 4, 5]}",
        "  - {kernel: [3, 6, 10], stride: [1, 3, 5]}",
        "  - {kernel: [3, 6, 6], stride: [1, 3, 3]}",
    ]


@pytest.mark.parametrize(
    "kernel, target, last",
    [
        (4, (6,), ["  target 6: met", "verdict: covers evenly"]),
        (4, (5,), ["  target 5: crop 1 from the ends", "verdict: covers evenly"]),
        (5, None, ["  0 of 6 outputs (0.0%) are reached by no input", "verdict: covers, but unevenly"]),
    ],
)
def test_the_last_line_is_the_verdict(kernel, target, last):
    assert as_text([Upsampling("x", kernel, 2)], (3,), target).splitlines()[-2:] == last


def test_the_verdict_on_a_layer_depends_on_the_size_of_its_input():
    lines = as_text([Upsampling("one", 5, 4), Upsampling("more", 5, 4)], (1,)).splitlines()
    assert lines[1] == "one: kernel 5, stride 4, same → 4: even"
    assert lines[2] == "more: kernel 5, stride 4, same → 16: checkerboard"


def test_for_a_stack_that_is_too_short_a_plan_is_printed():
    lines = as_text([Upsampling("x", 4, 2)], (3,), (9,)).splitlines()
    assert "  axis 0: the stack ends at 6 outputs, short of its target 9; use larger strides or start at 5" in lines
    assert "verdict: too short" in lines and lines[-1] == "  - {kernel: [4], stride: [2]}"
