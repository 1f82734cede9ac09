"""Show the networks, the cost and the settings of a model, or list the models."""

import json

from vconv.commands.options import COUNT, add_shared
from vconv.layers.tensorflow_start import load_tensorflow


def add(sub):
    """Declare the options."""
    sub.add_argument(
        "model", nargs="?", metavar="NAME", help="name of the model (default: print the names of all models)"
    )
    add_shared(sub, "--set")
    sub.add_argument(
        "--bins",
        type=COUNT,
        default=513,
        metavar="N",
        help=f"frequency bins of a frame, {COUNT} (default: 513, those of 16 kHz)",
    )
    sub.add_argument(
        "--speakers", type=COUNT, default=10, metavar="N", help=f"number of training speakers, {COUNT} (default: 10)"
    )
    sub.add_argument("--json", action="store_true", help="print JSON (default: text)")
    sub.add_argument(
        "--preparation",
        action="store_true",
        help="print only the command that prepares training data for the model, or an empty line",
    )


def run(options):
    """Run the command."""
    from vconv import data, models
    from vconv.common import config

    if not options.model:
        print("\n".join(models.names()))
        return
    changes = config.parse_assignments(options.set)
    models.settings(options.model, changes)
    if options.preparation:
        print(data.kind(models.training_data(options.model)).preparation or "")
        return
    load_tensorflow()
    from vconv.training.info import as_text, describe

    description = describe(options.model, options.bins, options.speakers, changes)
    print(json.dumps(description, indent=2) if options.json else as_text(description))
