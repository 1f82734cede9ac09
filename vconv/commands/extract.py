"""Extract the features of a corpus: its recordings → one feature file (HDF5)."""

from vconv.commands.options import add_shared, corpus_of, features_path, note, tell


def add(sub):
    """Declare the options."""
    add_shared(sub, "--corpus", required=True)
    add_shared(sub, "--corpus-dir", "--jobs", "--engine", "--shard")
    sub.add_argument(
        "--output",
        dest="features",
        metavar="F.h5",
        help="the feature file to write (default: dump/features.h5 beside corpus.yaml)",
    )
    add_shared(sub, "--failures")


def run(options):
    """Run the command."""
    from vconv.diagnosis import quick
    from vconv.engines import engine
    from vconv.engines.shards import Part
    from vconv.features.extract import extract

    engine.check(options.engine, options.jobs)
    part, corpus, features = Part.parse(options.shard), corpus_of(options), features_path(options)
    report = extract(corpus, features, options.jobs, check=quick.kinds, engine=options.engine, part=part)
    named = f"{features}, part {part}" if part else features
    print(f"{named}: {report.done} recordings analyzed, {report.skipped} there already, {len(report.failures)} failed")
    corpus_options = options.corpus + (f" --corpus-dir {options.corpus_dir}" if options.corpus_dir else "")
    note(quick.told(report.faults, report.done, corpus_options))
    return tell([f"{path}: {reason}" for path, reason in report.failures], options.failures)
