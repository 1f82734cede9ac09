"""Verdicts on stacks of transposed convolutions: holes, checkerboards, short axes; impossible layers; the text."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stacks import LAYERS, axis_stack

from vconv.common.errors import VconvError
from vconv.layers.convolution import transposed_convolution_block
from vconv.layers.upsampling import Upsampling, as_text, check, coverage, plan_upsampling, shapes, verdict

FAULTY = [
    Upsampling(f"layer {number}", (2, 5, 5), stride)
    for number, stride in enumerate([(1, 6, 1), (1, 3, 19), (1, 2, 1)], 1)
]


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
        assert f"{min(axis.period)} or {max(axis.period)} taps" in sentence


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
