"""WORLD features of a corpus → one HDF5 file."""
from vconv.commands.options import MISTAKE, add_shared, features_path


def add(sub):
    """Declare the options."""
    add_shared(sub, "--corpus", required=True)
    add_shared(sub, "--corpus-dir", "--jobs")
    sub.add_argument("--output", dest="features", metavar="F.h5", help="default: dump/features.h5 beside corpus.yaml")


def run(options):
    """Run the command."""
    from vconv.features.corpus import Corpus
    from vconv.features.extract import extract

    corpus = Corpus.load(options.corpus, corpus_dir=options.corpus_dir)
    report = extract(corpus, features_path(options), options.jobs)
    return MISTAKE if report.failures else 0
