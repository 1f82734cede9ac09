"""Check a stack of transposed convolutions for holes and checkerboards, and propose repairs."""

from functools import partial

from vconv.commands.options import MISTAKE, add_shared
from vconv.layers.tensorflow_start import load_tensorflow

HOLES = 1  # exit status


def add(sub):
    """Declare the options."""
    sub.add_argument("config", metavar="CONFIG", help="name of a model, or a .yaml file that lists a stack")
    add_shared(sub, "--set")
    sub.add_argument(
        "--picture",
        metavar="FILE.png",
        help="draw there the number of kernel taps that reach each output (default: no picture)",
    )
    sub.epilog = (
        f"Exit status: 0 if every output is reached, with or without a checkerboard; {HOLES} if a layer has holes or "
        f"the stack falls short of its target; {MISTAKE} after a mistake."
    )


def run(options):
    """Run the command."""
    from vconv.common import config, files
    from vconv.common.errors import VconvError
    from vconv.layers import upsampling

    if options.picture and not options.picture.endswith(".png"):
        raise VconvError(f"--picture {options.picture}: can only be drawn as .png; name it so")
    read = _of_file if options.config.endswith((".yaml", ".yml")) else _of_model
    start, stack, target = read(options.config, config.parse_assignments(options.set))
    print(upsampling.as_text(stack, start, target))
    if options.picture:
        from vconv.common import plots

        figure = plots.taps([axis.taps for axis in upsampling.coverage(stack, start)])
        files.write(options.picture, partial(figure.savefig, dpi=100))
    return 0 if upsampling.verdict(stack, start, target).covers else HOLES


def _of_model(name, changes):
    """Return (start, stack, no target) of a model."""
    from vconv import models
    from vconv.common import config

    config.one_of(name, models.names(), "CONFIG, a model or a .yaml file")
    settings = models.settings(name, changes)
    load_tensorflow()
    return *models.upsampling(name, settings), None


def _of_file(path, changes):
    """Return (start, stack, target or None) of a YAML file; docs/upsampling.md has the format."""
    from vconv.common import config
    from vconv.common.errors import VconvError, about
    from vconv.layers import upsampling

    found = config.read_yaml(path) | changes
    try:
        content = _section(found, {"start": [1], "layers": [{}]}, {"target": [1]}, "stack")
        stack = []
        for number, layer in enumerate(content["layers"], 1):
            optional = {"name": f"layer {number}", "padding": "same"}
            layer = _section(layer, {"kernel": [1], "stride": [1]}, optional, f"layer {number}")
            stack.append(upsampling.Upsampling(**layer))
        if not stack:
            raise VconvError("layers: is empty; list one layer or more")
        start = upsampling.shapes(stack, content["start"])[0]
        target = upsampling.check_shape(content["target"], "target", len(start)) if "target" in found else None
    except VconvError as error:
        raise VconvError(about(path, error)) from error
    return start, stack, target


def _section(found, required, optional, where):
    """Return the section `found`, checked as `config.merge` does; the keys of `required` must be there."""
    from vconv.common import config
    from vconv.common.errors import VconvError

    complete = config.merge(required | optional, found, where)
    for key in (key for key in required if key not in found):
        raise VconvError(f"{where}: lacks {key}; give it as a list, for example {key}: {required[key]}")
    return complete
