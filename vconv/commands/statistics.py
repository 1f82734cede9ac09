"""Spectral range, F0 and variance of the training frames."""

from pathlib import Path


def add(sub):
    """Declare the options."""
    sub.add_argument("--features", required=True, metavar="F.h5")
    sub.add_argument("--output", metavar="S.h5", help="default: statistics.h5 beside the features")


def run(options):
    """Run the command."""
    from vconv.features.statistics import as_text, load_or_compute
    from vconv.features.store import FeatureStore

    with FeatureStore(options.features) as store:
        output = options.output or Path(options.features).with_name("statistics.h5")
        print(as_text(load_or_compute(store, output)))
