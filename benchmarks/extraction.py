"""Time `vconv extract` against bare pyworld calls, in as many processes and on the same files.

    python benchmarks/extraction.py recipes/vcc2016/corpus.yaml --corpus-dir corpora/vcc2016 --speakers SF1 SM1

Bare pyworld reads a file and runs DIO, StoneMask, CheapTrick and D4C with pyworld's defaults. It searches no F0 range
and stores nothing. `vconv extract` makes the frames only (`contents: [frames]`).
"""

import argparse
import multiprocessing
import tempfile
from functools import partial
from pathlib import Path

from side_by_side import compare

from vconv.corpus.recordings import Corpus
from vconv.features.extract import extract


def bare_analysis(y, rate, method="dio"):
    """Return F0, spectral envelope and aperiodicity by pyworld with its defaults; `method` is dio or harvest."""
    import pyworld

    f0_hz, seconds = getattr(pyworld, method)(y, rate)
    if method == "dio":
        f0_hz = pyworld.stonemask(y, f0_hz, seconds, rate)
    return f0_hz, pyworld.cheaptrick(y, f0_hz, seconds, rate), pyworld.d4c(y, f0_hz, seconds, rate)


def bare(path, method):
    """Analyze one recording by WORLD and discard the result."""
    import soundfile

    bare_analysis(*soundfile.read(path), method)


def bare_pyworld(paths, jobs, method="dio"):
    with multiprocessing.get_context("spawn").Pool(jobs) as pool:
        pool.map(partial(bare, method=method), paths, chunksize=8)


def vconv_extract(corpus, jobs):
    with tempfile.TemporaryDirectory() as folder:
        extract(corpus, Path(folder) / "features.h5", jobs, progress=False, report=lambda *_: None)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus")
    parser.add_argument("--corpus-dir")
    parser.add_argument("--speakers", nargs="+")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=5)
    args = parser.parse_args()
    changes = {"contents": ["frames"]} | ({"speakers": args.speakers} if args.speakers else {})
    corpus = Corpus.load(args.corpus, changes, args.corpus_dir)
    paths = [utterance.path for utterance in corpus.utterances]
    print(f"{len(paths)} files, {args.jobs} processes")
    compare(
        {
            "bare pyworld": partial(bare_pyworld, paths, args.jobs),
            "vconv extract": partial(vconv_extract, corpus, args.jobs),
        },
        args.rounds,
        "files",
        len(paths),
    )


if __name__ == "__main__":
    main()
