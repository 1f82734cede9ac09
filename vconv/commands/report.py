"""Write a report: one HTML file with scores, recordings and pictures."""

import sys

from vconv.commands.options import COUNT, add_shared, tell
from vconv.common.errors import VconvError


def add(sub):
    """Declare the options."""
    add_shared(sub, "--run", help="folder of the trained model, for its scores and training curves (default: none)")
    sub.add_argument(
        "--scores", metavar="FILE", help="file that `vconv evaluate --json` wrote (default: RUN/scores.json)"
    )
    sub.add_argument("--output", metavar="FILE", help="HTML file to write (default: RUN/report.html)")
    add_shared(
        sub, "--pairs", help="pairs with players and pictures (default: all, at most 20); the tables contain all"
    )
    sub.add_argument(
        "--sentences",
        type=COUNT,
        metavar="N",
        help=f"number of sentences of each pair, {COUNT} (default: 5, or fewer, so that the page has at most 20)",
    )
    add_shared(sub, "--failures")


def run(options):
    """Run the command."""
    if not options.run and not (options.scores and options.output):
        raise VconvError("name the folder of a trained model with --run, or both --scores and --output")
    from vconv.report.page import write
    from vconv.training.run_folder import RunFolder

    folder = RunFolder(options.run) if options.run else None
    scores = options.scores or folder.path / "scores.json"
    page = options.output or folder.path / "report.html"
    failures = write(scores, page, folder, options.pairs, options.sentences)
    print(f"wrote {page}")
    if failures:
        print(f"{len(failures)} warnings: these recordings are not on the page", file=sys.stderr)
    return tell(failures, options.failures)
