"""Build a listening test as one HTML page that needs no network, and score its results."""

import argparse

from vconv.commands.options import COUNT, SEED, add_shared, note, tell


def system(text):
    """Return (name, folder) of NAME=DIR; for `type=` of an option."""
    name, found, folder = text.partition("=")
    if not (name and found and folder):
        raise argparse.ArgumentTypeError(f"{text!r} is not NAME=DIR")
    return name, folder


def add(sub):
    """Declare the options."""
    actions = sub.add_subparsers(required=True, metavar="build|score")
    _add_build(actions.add_parser("build", help="write the page and its key", description=build.__doc__))
    _add_score(actions.add_parser("score", help="score the result files of listeners", description=score.__doc__))


def _add_build(sub):
    """Declare the options of `build`."""
    sub.add_argument(
        "--system",
        type=system,
        action="append",
        required=True,
        metavar="NAME=DIR",
        dest="systems",
        help="name of a system in the scores, and the folder of its recordings; give the option at least twice",
    )
    sub.add_argument(
        "--target",
        metavar="DIR",
        help="folder of natural recordings of the target speaker, the references of similarity and abx and hidden "
        "anchors (default: none, only mos is possible)",
    )
    sub.add_argument(
        "--source",
        metavar="DIR",
        help="folder of the recordings before conversion, low anchors of similarity (default: none)",
    )
    sub.add_argument(
        "--tests",
        metavar="mos,similarity,abx",
        help="tests on the page: naturalness, similarity to the target, preference (default: all that are possible)",
    )
    sub.add_argument(
        "--sentences",
        type=COUNT,
        metavar="N",
        help=f"number of sentences to draw, {COUNT} (default: 8, or all if fewer)",
    )
    add_shared(sub, "--seed", help=f"of the draw and of the order of the questions, {SEED} (default: 0)")
    sub.add_argument(
        "--output", required=True, metavar="page.html", help="HTML file to write; the key is page.key.json beside it"
    )
    sub.set_defaults(run_action=build)


def _add_score(sub):
    """Declare the options of `score`."""
    sub.add_argument("results", nargs="+", metavar="result.json", help="result files that listeners sent back")
    sub.add_argument("--key", required=True, metavar="page.key.json", help="the key that `build` wrote beside the page")
    sub.add_argument("--json", metavar="FILE", help="file for the scores (default: none, they are only printed)")
    sub.set_defaults(run_action=score)


def run(options):
    """Run the command."""
    return options.run_action(options)


def build(options):
    """Write a blind listening test as one HTML page that contains its recordings."""
    from vconv.audio.folder import left_out
    from vconv.common.errors import VconvError
    from vconv.listening import page

    systems = dict(options.systems)
    if len(systems) < len(options.systems):
        raise VconvError("--system: two systems have the same name; give each its own")
    note(left_out(filter(None, [*systems.values(), options.target, options.source])))
    tests = options.tests and options.tests.split(",")
    built = page.build(systems, options.output, options.target, options.source, tests, options.sentences, options.seed)
    print(
        f"{built.page}: {built.items} questions on {built.sentences} of {built.common} sentences, about "
        f"{built.minutes} minutes a listener, {built.page.stat().st_size / 2**20:.1f} MB\n"
        f"{built.key}: the key; do not give it to listeners. `vconv listening-test score --key {built.key} …` needs it"
    )


def score(options):
    """Score result files: MOS, similarity and preference, without listeners who fail the hidden anchors."""
    from vconv.common import files
    from vconv.listening import output, scores

    found, failures = scores.score(options.key, options.results)
    print(output.as_text(found))
    if options.json:
        files.write_text(options.json, output.as_json(found))
    return tell(failures)
