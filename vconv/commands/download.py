"""Download and unpack the archives of a corpus."""

from vconv.commands.options import add_shared
from vconv.common.errors import VconvError


def add(sub):
    """Declare the options."""
    add_shared(sub, "--corpus", required=True)
    sub.add_argument("--output", required=True, metavar="DIR", help="folder to unpack into; made if missing")
    sub.add_argument(
        "--base-url",
        metavar="URL",
        help="address or folder that holds the archives by their names (default: the addresses in corpus.yaml)",
    )


def run(options):
    """Run the command."""
    from vconv.corpus.download import download_corpus
    from vconv.corpus.settings import read_settings

    settings = read_settings(options.corpus)
    if not settings["download"]:
        raise VconvError(f"{options.corpus}: has no download section; give the recordings' folder with --corpus-dir")
    download_corpus(settings["download"], options.output, base_url=options.base_url, license=settings["license"])
