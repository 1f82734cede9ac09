"""Coverage of a stack: how many inputs reach each output, and by how many taps."""

import math
from typing import NamedTuple

import numpy as np

from vconv.layers.upsampling.stack import shapes


class AxisCoverage(NamedTuple):
    """Coverage of the outputs along one axis.

    Attributes
    ----------
    inputs : ndarray [size], int64
        Number of different inputs that reach each output; 0 in a hole.
    taps : ndarray [size], int64
        Number of taps that reach each output; Python integers where 64 bits may be too few.
    interior_taps : ndarray [product of the strides]
        One period of the taps far from both ends of a long input; all are equal if there is no checkerboard.
    """

    inputs: np.ndarray
    taps: np.ndarray
    interior_taps: np.ndarray


def coverage(stack, start):
    """Count, for each output of a stack, the inputs that reach it and the taps by which they do.

    A tap of a stack is one path from an input to an output: one kernel tap in each layer. So `taps` is the output of
    the stack if all inputs and all weights of the kernels are 1 and there are no biases. For a single layer it is the
    number of kernel taps at an output, and equals `inputs`. The axes are independent: the map of N axes is the outer
    product of the axes' vectors, of `inputs` and of `taps`.

    Parameters
    ----------
    stack : list of Upsampling
    start : tuple of int
        Shape of the input, without batch and channels.

    Returns
    -------
    axes : list of AxisCoverage
        One for each axis.

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
    # The inputs of an output are successive, because windows only move forwards and each input is in the windows of all
    # layers. So the lowest and the highest input of each output are enough.
    low = high = np.arange(size)
    taps, interior = (np.ones(n, np.int64 if math.prod(k for k, *_ in layers) < 2**62 else object) for n in (size, 1))
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
        interior = _periodic(interior, kernel, stride)
    return AxisCoverage(high - low + 1, taps, interior)


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
