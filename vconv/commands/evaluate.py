"""Mel-cepstral distortion and F0 error of converted recordings."""
from pathlib import Path

from vconv.commands.options import add_shared, corpus_of, tell


def add(sub):
    """Declare the options."""
    add_shared(sub, "--run", required=True)
    add_shared(sub, "--corpus", help="default: the corpus the run was trained on")
    add_shared(sub, "--corpus-dir", "--jobs", "--pairs")
    sub.add_argument("--converted", metavar="DIR", help="what `vconv convert --pairs` wrote; default: RUN/converted")
    sub.add_argument("--json", metavar="FILE", help="write the scores there as well")


def run(options):
    """Run the command."""
    from vconv.convert_files import parse_pairs
    from vconv.evaluation.pairs import as_json, as_text, evaluate_pairs
    from vconv.run_folder import RunFolder

    folder = RunFolder(options.run)
    settings = folder.settings()
    statistics = folder.statistics()
    pairs = parse_pairs(options.pairs, statistics.speakers)
    ranges = dict(zip(statistics.speakers, statistics.f0_range_hz.tolist(), strict=True))
    converted = options.converted or folder.path / "converted"
    scores = evaluate_pairs(corpus_of(options, settings), ranges, pairs, converted, options.jobs)
    print(as_text(scores))
    if options.json:
        Path(options.json).write_text(as_json(scores), encoding="utf-8")
    return tell(scores.failures)
