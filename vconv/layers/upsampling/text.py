"""The verdict on a stack as lines of text for a terminal."""

import math

from vconv.layers.upsampling.counting import coverage
from vconv.layers.upsampling.planning import MOST_BLOCKS, plan_upsampling
from vconv.layers.upsampling.stack import shapes, verdict


def as_text(stack, start, target=None):
    """Return the verdict on each layer and on the stack; a plan of another if it leaves outputs out.

    Parameters and errors are those of `verdict`.
    """
    went = shapes(stack, start)
    found = verdict(stack, start, target)
    lines = [f"start {_times(start)}"]
    for layer, before, after in zip(stack, went, went[1:], strict=False):
        lines += _layer(layer, before, after)
    lines += ["whole", *_whole(coverage(stack, start))]
    lines += [f"  {sentence}" for sentence in found.short]
    if target and not found.short:
        crop = [size - wanted for size, wanted in zip(went[-1], target, strict=True)]
        lines.append(f"  target {_times(target)}: " + (f"crop {_times(crop)} from the ends" if any(crop) else "met"))
    lines.append(f"verdict: {_judgment(found)}")
    if not found.covers:
        wanted = target or went[-1]
        lines += [f"a stack that covers {_times(wanted)} evenly:", *_plan(wanted, min(len(stack), MOST_BLOCKS))]
    return "\n".join(lines)


def _layer(layer, before, after):
    own = verdict([layer], before)
    faults = [name for name, sentences in (("holes", own.holes), ("checkerboard", own.checkerboards)) if sentences]
    return [
        f"{layer.name}: kernel {_times(layer.kernel)}, stride {_times(layer.stride)}, {layer.padding} → "
        f"{_times(after)}: {' and '.join(faults) or 'even'}",
        *(f"  {sentence.removeprefix(layer.name + ': ')}" for sentence in own.holes + own.checkerboards),
    ]


def _whole(axes):
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


def _judgment(found):
    if found.holes:
        return "holes; vconv builds no such layers"
    if found.short:
        return "too short"
    return "covers, but unevenly" if found.checkerboards else "covers evenly"


def _plan(target, blocks):
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
