"""Compute and print the statistics of the training frames: F0, spectral range and variance by speaker."""

from pathlib import Path

from vconv.commands.options import add_shared


def add(sub):
    """Declare the options."""
    add_shared(sub, "--features", required=True, help="the feature file")
    sub.add_argument(
        "--output", metavar="S.h5", help="the statistics file to write (default: statistics.h5 beside the feature file)"
    )


def run(options):
    """Run the command."""
    from vconv.features.statistics import as_text, load_or_compute
    from vconv.features.store import FeatureStore

    with FeatureStore(options.features) as store:
        output = options.output or Path(options.features).with_name("statistics.h5")
        print(as_text(load_or_compute(store, output)))
