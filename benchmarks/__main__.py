"""Where vconv stands beside its peers and the limits of the machine.

    python -m benchmarks                                   # all rows, some ten minutes on two cores
    python -m benchmarks start-help --quick                # one row, in a tiny form
    python -m benchmarks --json results.json --page docs/performance.md
    python -m benchmarks --compare results.json            # status 1 if a ratio fell by 20 % or more

A row is a ratio: its alternatives run in turn in one process, and the ratio is taken within each round. Median and
range are printed. docs/performance.md explains the numbers. Wrong arguments give one sentence and status 2.
"""

import argparse
import json
import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import results
from inputs import SAMPLE, Inputs
from measurement import measure
from performance_page import page
from rows import all_rows

from vconv.common import files
from vconv.common.config import one_of
from vconv.common.errors import VconvError

MISTAKE = 2


def parsed(arguments):
    """Return the options of the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("rows", nargs="*", metavar="ROW", help="rows to measure (default: all)")
    parser.add_argument("--quick", action="store_true", help="a tiny form of each row, to see that it runs")
    parser.add_argument("--corpus", metavar="CORPUS.yaml", default=SAMPLE, help="recordings (default: data/sample)")
    parser.add_argument("--json", metavar="FILE", type=Path, help="write the results")
    parser.add_argument("--page", metavar="FILE.md", type=Path, help="write the results as a page")
    parser.add_argument("--compare", metavar="OLD.json", type=Path, help="print the ratios beside those of a file")
    parser.add_argument("--list", action="store_true", help="print the names of all rows, and measure nothing")
    return parser.parse_args(arguments)


def chosen(names):
    """Return the rows with these names, or all rows; VconvError for an unknown name."""
    rows = all_rows()
    return [rows[one_of(name, tuple(rows), "row")] for name in dict.fromkeys(names)] or list(rows.values())


def old_results(path, quick):
    """Return the document to compare with; VconvError if it is of another kind of run."""
    old = results.read(path)
    if old["quick"] != quick:
        kinds = {True: "with --quick", False: "without --quick"}
        raise VconvError(f"{path}: was measured {kinds[old['quick']]}; compare runs of the same kind")
    return old


def check_file(path):
    """Raise a VconvError if a file cannot be written, before anything is measured."""
    if path.is_dir():
        raise VconvError(f"{path}: is a folder; give the name of a file")
    with files.writing(path):
        path.parent.mkdir(parents=True, exist_ok=True)


def run(options):
    """Measure and print; return the exit status."""
    rows = chosen(options.rows)
    if options.list:
        print("\n".join(f"{row.name:25s} {row.title}" + f", against {row.peer}" * bool(row.peer) for row in rows))
        return 0
    old = old_results(options.compare, options.quick) if options.compare else None
    for path in filter(None, (options.json, options.page)):
        check_file(path)
    command, measured = " ".join(["python -m benchmarks", *options.rows, *["--quick"] * options.quick]), []
    with Inputs(options.quick, options.corpus) as inputs:
        for row in rows:
            measured.append(measure(row, inputs))
            print("\n".join(results.as_lines(measured[-1])), flush=True)
            found = results.document(measured, command, options.quick, inputs.described)
            write(found, options)  # after each row, so that an interrupted run leaves what it measured
    return told(found, old) if old else 0


def write(found, options):
    """Write a document to the files that the options ask for."""
    if options.json:
        files.write_text(options.json, json.dumps(found, indent=2, allow_nan=False) + "\n")
    if options.page:
        files.write_text(options.page, page(found))


def told(found, old):
    """Print the comparison of two documents; return the exit status."""
    lines, fallen = results.compared(found, old)
    print("\n".join(["", *lines]))
    if fallen:
        print(f"The ratio fell by 20 % or more in {len(fallen)} of {len(lines)} rows: {', '.join(fallen)}.")
    return int(bool(fallen))


def main(arguments=None):
    """Run the command line; return 0, 1 if a ratio fell, or 2 after a mistake that the user can correct."""
    try:
        return run(parsed(arguments))
    except VconvError as error:
        print(f"benchmarks: {error}", file=sys.stderr)
        return MISTAKE


if __name__ == "__main__":
    sys.exit(main())
