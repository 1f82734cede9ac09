"""Make a recipe of a folder of recordings: utterances cut at pauses, corpus.yaml and run.sh."""

from pathlib import Path

from vconv.commands.options import Whole, add_shared, note, tell

RATE_HZ = Whole(12_000, 48_000)


def add(sub):
    """Declare the options."""
    sub.add_argument("folder", metavar="DIR", help="folder of the recipe, made if missing")
    sub.add_argument(
        "--recordings",
        required=True,
        metavar="FOLDER",
        help="the recordings, which stay as they are; the folders in it are the speakers, or the names of its files "
        "begin with the speaker, or all are of one speaker",
    )
    sub.add_argument(
        "--pattern",
        metavar="PATTERN",
        help="where speaker and utterance stand in the path below FOLDER, such as '{speaker}_{utterance}' or "
        "'*/{speaker}/{utterance}' (default: guessed)",
    )
    add_shared(
        sub,
        "--rate",
        type=RATE_HZ,
        help=f"sample rate of the recipe in Hz, {RATE_HZ} (default: what most recordings of each speaker have, from "
        "12000 to 24000)",
    )
    add_shared(sub, "--jobs")
    sub.add_argument("--dry-run", action="store_true", help="print what would be done and write nothing")


def run(options):
    """Run the command."""
    from vconv.preparation.prepare import prepare

    folder, write = Path(options.folder), not options.dry_run
    report = prepare(Path(options.recordings), folder, options.pattern, options.rate, options.jobs, write)
    note(report.notes)
    print("\n".join(report.lines))
    if write:
        print(f"next: sh {folder / 'run.sh'}")
    return tell(report.failures)
