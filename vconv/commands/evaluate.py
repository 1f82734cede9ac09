"""Evaluate converted recordings against their source, target and copy-synthesis, or compare two evaluations."""

import shlex
import sys
from pathlib import Path

from vconv.commands.options import SEED, add_shared, corpus_of, note, tell
from vconv.common.errors import VconvError


def add(sub):
    """Declare the options."""
    _add_recordings(sub)
    _add_measures(sub)
    sub.add_argument(
        "--json",
        metavar="FILE",
        help="file for the scores; a .csv file beside it gets a row for each recording "
        "(default: RUN/scores.json with --run, else none)",
    )
    sub.add_argument(
        "--cache",
        metavar="DIR",
        help="folder that keeps the analyses of natural recordings and the outputs of neural networks "
        "(default: $XDG_CACHE_HOME/vconv or ~/.cache/vconv)",
    )
    add_shared(sub, "--jobs", "--engine", "--shard", "--failures")
    sub.add_argument(
        "--compare",
        nargs=2,
        metavar=("A.json", "B.json"),
        help="compare two files that --json wrote, measure by measure, and do nothing else",
    )


def _add_recordings(sub):
    """Declare the options that name the recordings."""
    add_shared(sub, "--run", help="folder of the trained model whose conversions are evaluated")
    add_shared(sub, "--corpus", help="with --run: the corpus of the recordings (default: the corpus of the training)")
    add_shared(sub, "--corpus-dir", "--pairs")
    sub.add_argument(
        "--converted",
        metavar="DIR",
        help="folder of the converted recordings: with --run the output of `vconv convert --pairs` (default: "
        "RUN/converted), else a folder of audio files",
    )
    sub.add_argument(
        "--source-dir", metavar="DIR", help="without --run: folder of the source recordings, with the same file names"
    )
    sub.add_argument(
        "--target-dir",
        metavar="DIR",
        help="without --run: folder of the target's recordings; files with the same names are the references",
    )


def _add_measures(sub):
    """Declare the options that choose the measures."""
    sub.add_argument(
        "--protocol",
        default="mcd24",
        metavar="A,B",
        help="protocols of mel-cepstral distortion: mcd24, sprocket24, cdvae34, crank34c0, s3prl39c0, or all "
        "(default: mcd24)",
    )
    sub.add_argument(
        "--without-neural",
        action="store_true",
        help="leave out speaker similarity and naturalness by neural networks (default: measured with the installed "
        "packages of vconv[neural])",
    )
    sub.add_argument(
        "--whisper",
        metavar="MODEL",
        help="faster-whisper model for word and character error rates: a name such as base.en, or a folder "
        "(default: no error rates)",
    )
    sub.add_argument(
        "--transcripts",
        metavar="FILE",
        help="with --whisper: reference texts, one sentence a line: file name, blank or tab, text; also the formats of "
        "LJSpeech and Festival (default: those that corpus.yaml names, else the recognizer's transcripts of the "
        "source recordings)",
    )
    add_shared(sub, "--seed", help=f"of bootstrap and mixtures, {SEED} (default: 0)")


def run(options):
    """Run the command."""
    if options.compare:
        from vconv.evaluation.compare import compare

        print("\n".join(compare(*options.compare)))
        return 0
    if options.transcripts and not options.whisper:
        raise VconvError("--transcripts needs a speech recognizer; give --whisper, for example --whisper base.en")
    folders = options.source_dir or options.target_dir
    complete = options.converted and options.source_dir and options.target_dir
    if bool(options.run) == bool(folders) or folders and not complete:
        raise VconvError("name either a --run, or three folders: --converted, --source-dir and --target-dir")
    return _evaluate(options)


def _evaluate(options):
    """Evaluate, print the table, write the files, and return the exit status."""
    from vconv.common import files
    from vconv.engines import engine
    from vconv.engines.shards import Part
    from vconv.evaluation import cache, neural_metrics, output, text
    from vconv.evaluation.evaluate import evaluate
    from vconv.evaluation.protocols import parse_protocols

    engine.check(options.engine, options.jobs)
    part, path = Part.parse(options.shard), options.json or options.run and Path(options.run) / "scores.json"
    if (part or options.engine != engine.LOCAL) and not path:
        raise VconvError("--engine and --shard keep results beside the scores; give --json, a file that machines share")
    protocols = parse_protocols(options.protocol)
    folder = options.cache or cache.default_folder()
    recordings, corpus = _recordings(options)
    neural, missing = neural_metrics.choose(
        not options.without_neural,
        options.whisper,
        _texts(options, corpus),
        folder,
        recordings,
        corpus.settings.get("language", "") if corpus else "",
    )
    how = options.jobs, folder, options.seed, neural, options.engine, path and f"{path}.parts", part
    found = evaluate(recordings, protocols, *how)
    if part:
        print(f"{path}: part {part} is measured")
        return 0
    content = output.summary(found, shlex.join(["vconv", *sys.argv[1:]]))
    print(text.as_text(content), flush=True)
    if path:
        files.write_text(path, output.as_json(content))
        files.write_text(Path(path).with_suffix(".csv"), output.as_csv(content))
    note([*found.notes, *missing])
    if found.failures:
        print(f"{len(found.failures)} warnings: the scores above are of the remaining files", file=sys.stderr)
    return tell(found.failures, options.failures)


def _recordings(options):
    """Return the recordings that the options name, and their corpus, None for folders."""
    from vconv.evaluation import recordings

    if not options.run:
        return recordings.of_folders(options.converted, options.source_dir, options.target_dir), None
    from vconv.conversion.tasks import parse_pairs
    from vconv.training.run_folder import RunFolder

    folder = RunFolder(options.run)
    settings, statistics = folder.settings(), folder.statistics()
    pairs = parse_pairs(options.pairs, statistics.speakers)
    ranges = dict(zip(statistics.speakers, statistics.f0_range_hz.tolist(), strict=True))
    converted = options.converted or folder.path / "converted"
    corpus = corpus_of(options, settings)
    return recordings.of_corpus(corpus, ranges, pairs, converted), corpus


def _texts(options, corpus):
    """Return the reference texts for the speech recognizer, (speaker or None, sentence) → text."""
    from vconv.evaluation.transcripts import corpus_texts, read_transcripts

    if options.transcripts:
        return {(None, name): text for name, text in read_transcripts(options.transcripts).items()}
    return corpus_texts(corpus) if options.whisper and corpus else {}
