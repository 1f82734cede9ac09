"""Plans of stacks of transposed convolutions: they reach their target without hole or checkerboard."""

import itertools
import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vconv.layers.upsampling import coverage, plan_upsampling, shapes, verdict


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


def test_plans_for_32_blocks_and_for_the_longest_axis_are_found():
    for size, blocks in (10_000_000 - 8, 3), (9973, 32):
        plan = plan_upsampling((size,), blocks)
        assert shapes(plan.stack, plan.start)[-1][0] - plan.crop[0] == size
