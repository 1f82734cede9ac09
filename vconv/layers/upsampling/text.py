"""The verdict on a stack as lines of text for a terminal."""

import math

from vconv.layers.upsampling.counting import coverage
from vconv.layers.upsampling.planning import MOST_BLOCKS, plan_upsampling
from vconv.layers.upsampling.stack import shapes, verdict


def as_text(stack, start, target=None):
    """Return the verdict on each layer and on the whole stack.

    If the stack does not cover its target, the text ends with a stack that does. Parameters and errors are those of
    `verdict`.
    """
    sizes = shapes(stack, start)
    faults = verdict(stack, start, target)
    lines = [f"start {_times(start)}"]
    for layer, before, after in zip(stack, sizes, sizes[1:], strict=False):
        lines += _layer(layer, before, after)
    lines += ["whole", *_whole(coverage(stack, start))]
    lines += [f"  {sentence}" for sentence in faults.short]
    if target and not faults.short:
        crop = [size - target_size for size, target_size in zip(sizes[-1], target, strict=True)]
        lines.append(f"  target {_times(target)}: " + (f"crop {_times(crop)} from the ends" if any(crop) else "met"))
    lines.append(f"verdict: {_summary(faults)}")
    if not faults.covers:
        shape = target or sizes[-1]
        lines += [f"a stack that covers {_times(shape)} evenly:", *_plan(shape, min(len(stack), MOST_BLOCKS))]
    return "\n".join(lines)


def _layer(layer, before, after):
    """Return the lines about one layer, whose input and output have the shapes `before` and `after`."""
    faults = verdict([layer], before)
    kinds = [name for name, sentences in (("holes", faults.holes), ("checkerboard", faults.checkerboards)) if sentences]
    return [
        f"{layer.name}: kernel {_times(layer.kernel)}, stride {_times(layer.stride)}, {layer.padding} → "
        f"{_times(after)}: {' and '.join(kinds) or 'even'}",
        *(f"  {sentence.removeprefix(layer.name + ': ')}" for sentence in faults.holes + faults.checkerboards),
    ]


def _whole(axes):
    """Yield the lines about the coverage of the whole stack."""
    for number, axis in enumerate(axes):
        reached = axis.inputs > 0
        inputs, taps, period = (_range(values) for values in (axis.inputs[reached], axis.taps[reached], axis.period))
        holes = "" if reached.all() else f"{(~reached).sum()} of them holes, "
        yield (
            f"  axis {number}: {len(reached)} outputs, {holes}reached by {inputs} inputs and {taps} taps "
            f"({period} taps far from the ends of a long input)"
        )
    outputs = math.prod(len(axis.inputs) for axis in axes)
    empty = outputs - math.prod(int((axis.inputs > 0).sum()) for axis in axes)
    yield f"  {empty:,} of {outputs:,} outputs ({empty / outputs:.1%}) are reached by no input"


def _summary(faults):
    if faults.holes:
        return "holes; vconv builds no such layers"
    if faults.short:
        return "too short"
    return "covers, but unevenly" if faults.checkerboards else "covers evenly"


def _plan(target, blocks):
    """Yield the lines of a stack that covers `target`, as YAML for `vconv inspect-upsampling`."""
    plan = plan_upsampling(target, blocks)
    yield f"  start: {list(plan.start)}"
    yield f"  target: {list(target)}"
    yield "  layers:"
    for layer in plan.stack:
        yield f"  - {{kernel: {list(layer.kernel)}, stride: {list(layer.stride)}}}"


def _range(values):
    low, high = min(values), max(values)
    return f"{low}" if low == high else f"{low} to {high}"


def _times(shape):
    return " × ".join(map(str, shape))
