"""Say what is wrong with the recordings of a corpus, with file, second and remedy."""

from vconv.commands.options import RATE_HZ, add_shared, note

HARMFUL = 1  # exit status


def add(sub):
    """Declare the options."""
    sub.add_argument(
        "corpus",
        metavar="CORPUS",
        help="a corpus.yaml, or a folder of recordings, as `vconv init` takes it",
    )
    sub.add_argument("--json", metavar="FILE", help="write the findings there as JSON, too (default: text only)")
    sub.add_argument(
        "--page",
        metavar="FILE.html",
        help="write a page with a summary of each speaker, the findings and pictures there, too (default: text only)",
    )
    add_shared(
        sub,
        "--rate",
        help=f"sample rate of the training in Hz, {RATE_HZ} (default: that of corpus.yaml, or what "
        "`vconv init` chooses)",
    )
    add_shared(sub, "--corpus-dir", "--jobs")


def run(options):
    """Run the command; return 1 if a finding is more than a note."""
    from vconv.common import files
    from vconv.diagnosis import text
    from vconv.diagnosis.doctor import diagnose, recordings_of

    if options.page:
        from vconv.diagnosis import page  # needs packages of an extra, so before the long work

    recordings = recordings_of(options.corpus, options.corpus_dir, options.rate)
    note(recordings.notes)
    diagnosis = diagnose(recordings, options.jobs)
    print(text.as_text(diagnosis))
    if options.json:
        files.write_text(options.json, text.as_json(diagnosis))
    if options.page:
        page.write(options.page, diagnosis, options.corpus)
    return HARMFUL if text.harmful(diagnosis) else 0
