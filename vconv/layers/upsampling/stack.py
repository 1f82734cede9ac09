"""The layers of a stack, the shapes between them, and what is wrong with them."""

import math
from dataclasses import dataclass
from typing import NamedTuple

from vconv.common.errors import VconvError

LONGEST = 10_000_000  # outputs of an axis; a larger number is a slip of the pen


@dataclass(frozen=True)
class Upsampling:
    """One transposed convolution over 1, 2 or 3 axes, as Keras' Conv1DTranspose, Conv2DTranspose, Conv3DTranspose.

    Parameters
    ----------
    name : str
        The layer's, for messages.
    kernel, stride : tuple of int
        One of each an axis, 1 or more; a single int stands for all axes.
    padding : str
        "same" (the output is input × stride long) or "valid" (longer by what the kernel exceeds the stride).

    Raises
    ------
    VconvError
        Anything else.
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
        """Return the output's shape for an input's, as Keras has it."""
        sizes = zip(shape, self.kernel, self.stride, strict=True)
        return tuple(
            size * stride + (self.padding == "valid") * max(kernel - stride, 0) for size, kernel, stride in sizes
        )


class Verdict(NamedTuple):
    """What is wrong with a stack: sentences about holes, checkerboards and axes short of their target, with repairs."""

    holes: list
    checkerboards: list
    short: list

    @property
    def covers(self):
        """Whether every output of the target is reached, evenly or not."""
        return not self.holes and not self.short


def check_shape(shape, where, axes=None):
    """Return `shape` as a tuple of 1, 2 or 3 whole numbers (`axes` of them), else raise a VconvError."""
    sizes = tuple(shape) if isinstance(shape, (list, tuple)) else ()
    if not sizes or not all(type(size) is int and 1 <= size <= LONGEST for size in sizes):
        raise VconvError(f"{where}: needs whole numbers from 1 to {LONGEST:,}, one an axis, found {shape!r}")
    if len(sizes) > 3:
        raise VconvError(f"{where}: {list(sizes)} has {len(sizes)} axes; a transposed convolution has 1, 2 or 3")
    if axes and len(sizes) != axes:
        raise VconvError(f"{where}: {list(sizes)} has {len(sizes)} axes where the others have {axes}; give one an axis")
    return sizes


def shapes(stack, start):
    """Return the shapes a signal of shape `start` goes through, the start's own first.

    Raises
    ------
    VconvError
        The layers differ in their number of axes, or an output is longer than `LONGEST`.
    """
    found = [check_shape(start, "start")]
    for layer in stack:
        check_shape(layer.kernel, layer.name, len(found[0]))
        found.append(layer.output(found[-1]))
        if max(found[-1]) > LONGEST:
            raise VconvError(
                f"{layer.name}: its output has {max(found[-1]):,} positions on an axis; "
                f"use smaller strides or a smaller start, for at most {LONGEST:,}"
            )
    return found


def verdict(stack, start, target=None):
    """Return the `Verdict` on a stack: a sentence for each axis of each layer that leaves holes or a checkerboard.

    An input of size 1 has no neighbor to overlap with, so its axis gets no checkerboard.

    Parameters
    ----------
    stack : list of Upsampling
    start : tuple of int
        Shape of the input, without batch and channels.
    target : tuple of int
        What the stack must reach at least, one size an axis; what is more will be cropped.

    Raises
    ------
    VconvError
        As `shapes`.
    """
    *inputs, last = shapes(stack, start)
    pairs = list(zip(stack, inputs, strict=True))
    holes = [sentence for layer in stack for sentence in _holes(layer)]
    checkerboards = [sentence for layer, shape in pairs for sentence in _checkerboards(layer, shape)]
    return Verdict(holes, checkerboards, _short(stack, start, last, target or last))


def _short(stack, start, last, target):
    factors = (math.prod(layer.stride[axis] for layer in stack) for axis in range(len(start)))
    return [
        f"axis {axis}: the stack ends at {found} outputs, short of its target {size}; use larger strides or start at "
        f"{begin - (found - size) // factor}"
        for axis, (begin, found, size, factor) in enumerate(zip(start, last, target, factors, strict=True))
        if found < size
    ]


def check(name, kernel, stride):
    """Raise a VconvError if the layer `name` would leave holes: a kernel smaller than the stride on some axis.

    Kernel and stride are as in `Upsampling`. A checkerboard is no error: published networks have them.
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
        f"{kernel // stride} and {kernel // stride + 1} taps by turns, a checkerboard; use kernel "
        f"{kernel // stride * stride} or {(kernel // stride + 1) * stride}"
        for axis, (size, kernel, stride) in enumerate(zip(shape, layer.kernel, layer.stride, strict=True))
        if size > 1 and kernel > stride and kernel % stride
    ]
