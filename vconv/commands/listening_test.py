"""A listening test as one page that works without a network, and the scores of those who took it."""

import argparse

from vconv.commands.options import positive, tell


def system(text):
    """Return the (name, folder) that NAME=DIR says; for `type=` of an option."""
    name, found, folder = text.partition("=")
    if not (name and found and folder):
        raise argparse.ArgumentTypeError(f"{text!r} is not NAME=DIR")
    return name, folder


def add(sub):
    """Declare the options."""
    actions = sub.add_subparsers(required=True, metavar="build|score")
    make = actions.add_parser("build", help="write the page, and the key to its answers", description=build.__doc__)
    make.add_argument(
        "--system",
        type=system,
        action="append",
        required=True,
        metavar="NAME=DIR",
        dest="systems",
        help="a system's name in the scores and the folder of its recordings; two or more",
    )
    make.add_argument("--target", metavar="DIR", help="natural recordings of the target speaker")
    make.add_argument("--source", metavar="DIR", help="the recordings before conversion")
    make.add_argument("--tests", metavar="mos,similarity,abx", help="default: all that can be made")
    make.add_argument("--sentences", type=positive, metavar="N", help="how many to draw (default: 8)")
    make.add_argument("--seed", type=int, default=0, help="default 0")
    make.add_argument("--output", required=True, metavar="page.html")
    make.set_defaults(run_action=build)
    marks = actions.add_parser("score", help="score the files listeners sent back", description=score.__doc__)
    marks.add_argument("results", nargs="+", metavar="result.json")
    marks.add_argument("--key", required=True, metavar="page.key.json", help="what `build` wrote beside the page")
    marks.add_argument("--json", metavar="FILE", help="write the scores there as well")
    marks.set_defaults(run_action=score)


def run(options):
    """Run the command."""
    return options.run_action(options)


def build(options):
    """Write a blind listening test as one page with all recordings inside."""
    from vconv.common.errors import VconvError
    from vconv.listening import page

    systems = dict(options.systems)
    if len(systems) < len(options.systems):
        raise VconvError("--system: two systems have the same name; give each its own")
    tests = options.tests and options.tests.split(",")
    built = page.build(systems, options.output, options.target, options.source, tests, options.sentences, options.seed)
    print(
        f"{built.page}: {built.items} questions on {built.sentences} of {built.common} sentences, about "
        f"{built.minutes} minutes a listener, {built.page.stat().st_size / 2**20:.1f} MB\n"
        f"{built.key}: keep it to yourself; `vconv listening-test score --key {built.key} …` needs it"
    )


def score(options):
    """Score what listeners sent back: MOS, similarity and preference, without listeners who fail the anchors."""
    from vconv.common import files
    from vconv.listening import scores

    found, failures = scores.score(options.key, options.results)
    print(scores.as_text(found))
    if options.json:
        files.write_text(options.json, scores.as_json(found))
    return tell(failures)
