"""UPSAMPLING: stacks of transposed convolutions on paper; what they cover, and which one covers a given shape.

A transposed convolution lays a copy of its kernel at every `stride`-th output, one copy an input. A kernel smaller than
the stride leaves holes, outputs that no input reaches; one that is no multiple of the stride paints a checkerboard,
since neighboring outputs get different numbers of taps (Odena, Dumoulin & Olah 2016, "Deconvolution and checkerboard
artifacts", doi 10.23915/distill.00003). Axes are counted from 0, without batch and channels.
"""

from vconv.layers.upsampling.counting import AxisCoverage, coverage
from vconv.layers.upsampling.planning import Plan, plan_upsampling
from vconv.layers.upsampling.stack import Upsampling, Verdict, check, check_shape, shapes, verdict
from vconv.layers.upsampling.text import as_text

__all__ = [
    "AxisCoverage",
    "Plan",
    "Upsampling",
    "Verdict",
    "as_text",
    "check",
    "check_shape",
    "coverage",
    "plan_upsampling",
    "shapes",
    "verdict",
]
