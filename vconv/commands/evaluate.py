"""Measure converted recordings beside their source, target and copy-synthesis, or compare two such measurements."""

import shlex
import sys
from pathlib import Path

from vconv.commands.options import add_shared, corpus_of, tell
from vconv.common.errors import VconvError


def add(sub):
    """Declare the options."""
    add_shared(sub, "--run", help="evaluate what this trained model converted; scores go to its folder")
    add_shared(sub, "--corpus", help="with --run; default: the corpus the run was trained on")
    add_shared(sub, "--corpus-dir", "--pairs", "--jobs")
    sub.add_argument(
        "--converted",
        metavar="DIR",
        help="with --run: what `vconv convert --pairs` wrote (default: "
        "RUN/converted); or a folder of recordings, with --source and --target",
    )
    sub.add_argument("--source", metavar="DIR", help="folder of what was converted, same names")
    sub.add_argument("--target", metavar="DIR", help="folder of the target's own recordings, same names if it has them")
    sub.add_argument(
        "--protocol",
        default="mcd24",
        metavar="A,B",
        help="of mel-cepstral distortion: mcd24 (default), sprocket24, cdvae34, crank34c0, s3prl39c0, or all",
    )
    sub.add_argument("--without-neural", action="store_true", help="leave out what vconv[neural] measures")
    sub.add_argument(
        "--whisper",
        metavar="MODEL",
        help="measure word errors with this faster-whisper model: a name, e.g. base.en, or a folder",
    )
    sub.add_argument("--transcripts", metavar="FILE", help="what was said; a line: sentence's name, blank, text")
    sub.add_argument(
        "--json",
        metavar="FILE",
        help="write the scores there, and a row a recording beside it as .csv (default with --run: RUN/scores.json)",
    )
    sub.add_argument(
        "--cache",
        metavar="DIR",
        help="where analyses of natural recordings are kept (default: the user's cache folder)",
    )
    sub.add_argument("--seed", type=int, default=0, help="of bootstrap and mixtures (default 0)")
    add_shared(sub, "--failures")
    sub.add_argument("--compare", nargs=2, metavar=("A.json", "B.json"), help="compare two measurements")


def run(options):
    """Run the command."""
    if options.compare:
        from vconv.evaluation.compare import compare

        print("\n".join(compare(*options.compare)))
        return 0
    folders = options.source or options.target
    if bool(options.run) == bool(folders) or folders and not (options.converted and options.source and options.target):
        raise VconvError("name either a --run, or three folders: --converted, --source and --target")
    return _evaluate(options)


def _evaluate(options):
    """Measure, print the table, write the files, and return the exit status."""
    from vconv.common import files
    from vconv.evaluation import cache, neural_metrics, output
    from vconv.evaluation.evaluate import evaluate
    from vconv.evaluation.protocols import parse_protocols

    protocols = parse_protocols(options.protocol)
    folder = options.cache or cache.default_folder()
    heard, missing = neural_metrics.choose(not options.without_neural, options.whisper, options.transcripts, folder)
    recordings = _recordings(options)
    found = evaluate(recordings, protocols, options.jobs, folder, options.seed, heard)
    content = output.summary(found, shlex.join(["vconv", *sys.argv[1:]]))
    print(output.as_text(content), flush=True)
    path = options.json or options.run and Path(options.run) / "scores.json"
    if path:
        files.write_text(path, output.as_json(content))
        files.write_text(Path(path).with_suffix(".csv"), output.as_csv(content))
    for note in [*found.notes, *missing]:
        print(f"note: {note}", file=sys.stderr)
    if found.failures:
        print(f"{len(found.failures)} warnings: the scores above rest on the files that are left", file=sys.stderr)
    return tell(found.failures, options.failures)


def _recordings(options):
    """Return the recordings that the options name."""
    from vconv.evaluation import recordings

    if not options.run:
        return recordings.of_folders(options.converted, options.source, options.target)
    from vconv.conversion.convert_files import parse_pairs
    from vconv.training.run_folder import RunFolder

    folder = RunFolder(options.run)
    settings, statistics = folder.settings(), folder.statistics()
    pairs = parse_pairs(options.pairs, statistics.speakers)
    ranges = dict(zip(statistics.speakers, statistics.f0_range_hz.tolist(), strict=True))
    converted = options.converted or folder.path / "converted"
    return recordings.of_corpus(corpus_of(options, settings), ranges, pairs, converted)
