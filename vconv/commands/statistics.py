"""Compute and print the statistics of the training frames: F0, spectral range and variance by speaker."""

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
        print(as_text(load_or_compute(store, options.output)))
