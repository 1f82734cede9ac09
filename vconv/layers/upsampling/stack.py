"""The layers of a stack, the shapes between them, and the defects of both."""

import math
from dataclasses import dataclass
from typing import NamedTuple

from vconv.common.errors import VconvError

LONGEST = 10_000_000  # outputs of an axis; a larger number is taken for a typing error


@dataclass(frozen=True)
class Upsampling:
    """One transposed convolution over 1, 2 or 3 axes, like Conv1DTranspose, Conv2DTranspose, Conv3DTranspose of Keras.

    Parameters
    ----------
    name : str
        Name of the layer in messages.
    kernel, stride : tuple of int
        One entry per axis, each 1 or more; a single int stands for all axes.
    padding : {"same", "valid"}
        "same": the output has input × stride positions. "valid": the output is longer by kernel − stride positions, if
        that is above 0.

    Raises
    ------
    VconvError
        A size that is no whole number of 1 or more, another number of axes than 1 to 3, or another padding.
    """

    name: str
    kernel: tuple
    stride: tuple
    padding: str = "same"

    def __post_init__(self):
        axes = max((len(value) for value in (self.kernel, self.stride) if isinstance(value, (list, tuple))), default=1)
        for field in "kernel", "stride":
            value = getattr(self, field)
            sizes = check_shape((value,) * axes if isinstance(value, int) else value, f"{self.name}: {field}", axes)
            object.__setattr__(self, field, sizes)
        if self.padding not in ("same", "valid"):
            raise VconvError(f"{self.name}: padding: {self.padding!r} is not allowed; choose one of: same, valid")

    def output(self, shape):
        """Return the shape of the output for the `shape` of an input, as Keras computes it."""
        sizes = zip(shape, self.kernel, self.stride, strict=True)
        return tuple(
            size * stride + (self.padding == "valid") * max(kernel - stride, 0) for size, kernel, stride in sizes
        )


class Verdict(NamedTuple):
    """The defects of a stack, a sentence with a repair for each: holes, checkerboards, axes short of their target."""

    holes: list
    checkerboards: list
    short: list

    @property
    def covers(self):
        """Whether every output of the target is reached, with or without a checkerboard."""
        return not self.holes and not self.short


def check_shape(shape, where, axes=None):
    """Return `shape` as a tuple of 1, 2 or 3 whole numbers (`axes` of them), or raise a VconvError."""
    sizes = tuple(shape) if isinstance(shape, (list, tuple)) else ()
    if not sizes or not all(type(size) is int and 1 <= size <= LONGEST for size in sizes):
        raise VconvError(f"{where}: needs whole numbers from 1 to {LONGEST:,}, one per axis, found {shape!r}")
    if len(sizes) > 3:
        raise VconvError(f"{where}: {list(sizes)} has {len(sizes)} axes; a transposed convolution has 1, 2 or 3")
    if axes and len(sizes) != axes:
        raise VconvError(
            f"{where}: {list(sizes)} has {len(sizes)} axes where the others have {axes}; give one per axis"
        )
    return sizes


def shapes(stack, start):
    """Return the shapes of a signal before the stack and after each layer; the first is `start`.

    Raises
    ------
    VconvError
        The layers differ in their number of axes, or an output has more than `LONGEST` positions on an axis.
    """
    sizes = [check_shape(start, "start")]
    for layer in stack:
        check_shape(layer.kernel, layer.name, len(sizes[0]))
        sizes.append(layer.output(sizes[-1]))
        if max(sizes[-1]) > LONGEST:
            raise VconvError(
                f"{layer.name}: its output has {max(sizes[-1]):,} positions on an axis; "
                f"use smaller strides or a smaller start, for at most {LONGEST:,}"
            )
    return sizes


def verdict(stack, start, target=None):
    """Return the `Verdict` on a stack, with a sentence for each axis of each layer that has holes or a checkerboard.

    An axis with a single input has no checkerboard, because there is no second kernel to overlap with.

    Parameters
    ----------
    stack : list of Upsampling
    start : tuple of int
        Shape of the input, without batch and channels.
    target : tuple of int
        The sizes that the stack must reach at least, one per axis; the outputs beyond are cropped. Left out: none.

    Raises
    ------
    VconvError
        As of `shapes`.
    """
    *inputs, last = shapes(stack, start)
    pairs = list(zip(stack, inputs, strict=True))
    holes = [sentence for layer in stack for sentence in _holes(layer)]
    checkerboards = [sentence for layer, shape in pairs for sentence in _checkerboards(layer, shape)]
    return Verdict(holes, checkerboards, _short(stack, start, last, target or last))


def _short(stack, start, last, target):
    factors = (math.prod(layer.stride[axis] for layer in stack) for axis in range(len(start)))
    return [
        f"axis {axis}: the stack ends at {outputs} outputs, short of its target {size}; use larger strides or start at "
        f"{first - (outputs - size) // factor}"
        for axis, (first, outputs, size, factor) in enumerate(zip(start, last, target, factors, strict=True))
        if outputs < size
    ]


def check(name, kernel, stride):
    """Raise a VconvError if the layer `name` would leave holes, because a kernel is smaller than the stride.

    Kernel and stride are as in `Upsampling`. A checkerboard is no error, because published networks have some.
    """
    for sentence in _holes(Upsampling(name, kernel, stride)):
        raise VconvError(sentence)


def _holes(layer):
    return [
        f"{layer.name}: axis {axis}: kernel {kernel} is smaller than stride {stride}, so no input reaches "
        f"{stride - kernel} of every {stride} outputs; use kernel {stride} or {2 * stride}, or stride {kernel}"
        for axis, (kernel, stride) in enumerate(zip(layer.kernel, layer.stride, strict=True))
        if kernel < stride
    ]


def _checkerboards(layer, shape):
    return [
        f"{layer.name}: axis {axis}: kernel {kernel} is no multiple of stride {stride}, so outputs get "
        f"{kernel // stride} or {kernel // stride + 1} taps, a checkerboard; use kernel "
        f"{kernel // stride * stride} or {(kernel // stride + 1) * stride}"
        for axis, (size, kernel, stride) in enumerate(zip(shape, layer.kernel, layer.stride, strict=True))
        if size > 1 and kernel > stride and kernel % stride
    ]
