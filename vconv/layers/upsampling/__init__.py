"""UPSAMPLING: which outputs a stack of transposed convolutions reaches, and which stack reaches a given shape.

A transposed convolution adds a copy of its kernel to the output for each input, `stride` outputs apart. A kernel
smaller than the stride leaves holes: outputs that no input reaches. A kernel that is no multiple of the stride makes a
checkerboard, because neighboring outputs get different numbers of kernel taps (Odena, Dumoulin & Olah 2016,
"Deconvolution and checkerboard artifacts", doi 10.23915/distill.00003). Axes are counted from 0, without batch and
channels. Nothing here needs TensorFlow.
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
