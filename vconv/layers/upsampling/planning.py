"""The choice of a stack that reaches a given shape without holes and checkerboards."""

import math
from itertools import combinations_with_replacement
from typing import NamedTuple

from vconv.common.errors import VconvError
from vconv.layers.upsampling.stack import Upsampling, check_shape, shapes

SMALL_STARTS = range(4, 9)  # sizes of an axis at the start; they include the 4 and 7 of published DCGANs
MOST_BLOCKS = 32


class Plan(NamedTuple):
    """A stack that reaches a shape: start sizes, layers, and the number of outputs to cut off the end of each axis."""

    start: tuple
    stack: list
    crop: tuple


def plan_upsampling(target_shape, blocks):
    """Return a `Plan` of `blocks` transposed convolutions ('same') that reaches a shape without hole or checkerboard.

    Each axis starts at 4 to 8, or at its target if that is smaller. The strides of an axis differ by a factor of 2 at
    most, the largest first. Of all such plans the one with the smallest crop is chosen, then with the smallest strides,
    then with the smallest start. Kernels are twice the stride, or 3 where the stride is 1.

    Parameters
    ----------
    target_shape : tuple of int
        1, 2 or 3 sizes, without batch and channels.
    blocks : int
        Number of layers, from 1 to 32.

    Raises
    ------
    VconvError
        The shape or the number of blocks is out of range.
    """
    target = check_shape(target_shape, "target shape")
    if type(blocks) is not int or not 1 <= blocks <= MOST_BLOCKS:
        raise VconvError(f"blocks: needs a whole number from 1 to {MOST_BLOCKS}, found {blocks!r}")
    start, strides = zip(*(_plan_axis(size, blocks) for size in target), strict=True)
    stack = []
    for number, stride in enumerate(zip(*strides, strict=True), 1):
        kernel = tuple(
            2 * step if step > 1 else min(3, 2 * size - 1) for step, size in zip(stride, target, strict=True)
        )
        stack.append(Upsampling(f"layer {number}", kernel, stride))
    covered = shapes(stack, start)[-1]
    return Plan(start, stack, tuple(length - size for length, size in zip(covered, target, strict=True)))


def _plan_axis(size, blocks):
    """Return the start and the strides of one axis."""
    if size <= SMALL_STARTS[-1]:
        return size, (1,) * blocks
    plans = (
        (start * math.prod(strides), strides[0], start, strides)
        for start in SMALL_STARTS
        for strides in _even_strides(-(-size // start), blocks)
    )
    return min(plans)[2:]


def _even_strides(factor, blocks):
    """Yield tuples of strides, largest first and at most twice the smallest, whose product just reaches `factor`."""
    if blocks == 1:
        yield (factor,)
        return
    for least in range(1, math.ceil(factor ** (1 / blocks)) + 1):
        for others in combinations_with_replacement(range(least, 2 * least + 1), blocks - 1):
            strides = sorted((*others, -(-factor // math.prod(others))), reverse=True)
            if strides[0] <= 2 * strides[-1]:
                yield tuple(strides)
