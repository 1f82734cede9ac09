"""Counts of the inputs that reach each output of a stack, and of the kernel taps by which they do."""

import math
from typing import NamedTuple

import numpy as np

from vconv.layers.upsampling.stack import shapes


class AxisCoverage(NamedTuple):
    """How the outputs of one axis are reached from the input of a stack; `coverage` describes the fields."""

    inputs: np.ndarray
    taps: np.ndarray
    period: np.ndarray


def coverage(stack, start):
    """Count, for each output of a stack, the inputs that reach it and the taps by which they do.

    A tap is one path through the stack: one kernel tap in each layer, from an input to the output. Therefore `taps` is
    the output of the stack if all inputs and all kernel weights are 1 and there are no biases. For a single layer it is
    the number of kernel taps that reach the output, and equals `inputs`. The axes are independent: the counts of N axes
    are the outer product of the counts of each.

    Parameters
    ----------
    stack : list of Upsampling
    start : tuple of int
        Shape of the input, without batch and channels.

    Returns
    -------
    axes : list of AxisCoverage
        One for each axis. `inputs`, int64 [size]: number of different inputs that reach each output, 0 in a hole.
        `taps`, int64 [size], or Python integers where 64 bits may not hold them. `period`, [product of the strides]:
        one period of the taps far from both ends of a long input; all equal if there is no checkerboard.

    Raises
    ------
    VconvError
        As `shapes`.
    """
    shapes(stack, start)
    return [
        _axis_coverage([(layer.kernel[axis], layer.stride[axis], layer.padding) for layer in stack], size)
        for axis, size in enumerate(start)
    ]


def _axis_coverage(layers, size):
    """Return the `AxisCoverage` of `layers`, tuples (kernel, stride, padding), for an input of `size`."""
    # The inputs that reach an output are consecutive, because windows move forward only and each layer keeps every
    # input. So the lowest and the highest of them suffice.
    low = high = np.arange(size)
    taps, period = (np.ones(n, np.int64 if math.prod(k for k, *_ in layers) < 2**62 else object) for n in (size, 1))
    for kernel, stride, padding in layers:
        same = padding == "same"
        length = len(taps) * stride + (0 if same else max(kernel - stride, 0))
        first, last = _window(np.arange(length) + same * (max(kernel - stride, 0) // 2), kernel, stride)
        first, last = np.maximum(first, 0), np.minimum(last, len(taps) - 1)
        reached = np.flatnonzero(taps)
        lowest, highest = np.searchsorted(reached, first), np.searchsorted(reached, last, "right") - 1
        covered = lowest <= highest
        low = np.where(covered, low[reached[np.minimum(lowest, len(reached) - 1)]], 0)
        high = np.where(covered, high[reached[highest]], -1)
        sums = np.concatenate([[0], np.cumsum(taps)])
        taps = sums[last + 1] - sums[first]
        period = _periodic(period, kernel, stride)
    return AxisCoverage(high - low + 1, taps, period)


def _window(position, kernel, stride):
    """Return the first and last input whose kernel covers a `position` of the uncropped output."""
    return -((kernel - 1 - position) // stride), position // stride


def _periodic(taps, kernel, stride):
    """Return one period of the output for an endless input that repeats `taps`."""
    sums = np.concatenate([[0], np.cumsum(taps)])

    def sum_before(position):
        return position // len(taps) * sums[-1] + sums[position % len(taps)]

    first, last = _window(np.arange(len(taps) * stride), kernel, stride)
    return sum_before(last + 1) - sum_before(first)
