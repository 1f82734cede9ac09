"""The `vconv` command. Each subcommand imports its room when it runs, so that `--help` answers at once."""
import argparse
import json
import os
import sys
from pathlib import Path

from vconv.errors import VconvError
from vconv.version import __version__

MISTAKE, INTERRUPTED = 2, 130


def main(arguments=None):
    """Run the command line; return the exit status (0; 2 after a mistake the user can mend; 130 after Ctrl-C)."""
    options = parser().parse_args(arguments)
    try:
        status = options.run_command(options) or 0
        sys.stdout.flush()  # here, so that a pipe nobody reads is met below and not after the end
        return status
    except VconvError as error:
        print(f"vconv: {error}", file=sys.stderr)
        return MISTAKE
    except BrokenPipeError:  # `vconv info … | head`: nobody reads on
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as error:
        print(f"vconv: {error.filename or 'a file'}: {error.strerror or error}; mend that and run the same command "
              f"again", file=sys.stderr)
        return MISTAKE
    except KeyboardInterrupt:
        print("\nvconv: interrupted; the same command goes on from what is finished", file=sys.stderr)
        return INTERRUPTED


def parser():
    """Return the argument parser of the whole command."""
    top = argparse.ArgumentParser(prog="vconv", description="Non-parallel voice conversion.")
    top.add_argument("--version", action="version", version=f"vconv {__version__}")
    commands = top.add_subparsers(required=True, metavar="COMMAND")

    def command(name, run, description, *shared):
        sub = commands.add_parser(name, help=description, description=description)
        sub.set_defaults(run_command=run)
        for option in shared:
            OPTIONS[option](sub)
        return sub

    sub = command("download", download, "fetch and unpack a corpus' archives", "corpus")
    sub.add_argument("--output", required=True, metavar="DIR", help="folder to unpack into")
    sub = command("extract", extract, "WORLD features of a corpus → one HDF5 file", "corpus", "corpus-dir", "jobs")
    sub.add_argument("--output", metavar="F.h5", help="default: dump/features.h5 beside corpus.yaml")
    sub = command("statistics", statistics, "spectral range, F0 and variance of the training frames")
    sub.add_argument("--features", required=True, metavar="F.h5")
    sub.add_argument("--output", metavar="S.h5", help="default: statistics.h5 beside the features")
    sub = command("train", train, "train a model, or go on training it", "corpus", "corpus-dir", "set")
    sub.add_argument("model", metavar="MODEL", help="a model's name; `vconv info` lists them")
    sub.add_argument("--run", required=True, metavar="DIR", help="folder of the run; an interrupted run goes on")
    sub.add_argument("--features", metavar="F.h5", help="default: dump/features.h5 beside corpus.yaml")
    _add_convert(command("convert", convert, "say recordings in another voice", "optional-corpus", "corpus-dir"))
    sub = command("evaluate", evaluate, "mel-cepstral distortion and F0 error of converted recordings",
                  "optional-corpus", "corpus-dir", "jobs", "pairs")
    sub.add_argument("--run", required=True, metavar="DIR")
    sub.add_argument("--converted", metavar="DIR", help="what `vconv convert --pairs` wrote; default: RUN/converted")
    sub.add_argument("--json", metavar="FILE", help="write the scores there as well")
    sub = command("info", info, "a model's networks and settings", "set")
    sub.add_argument("model", nargs="?", metavar="NAME", help="without it: the names of all models")
    sub.add_argument("--bins", type=_positive, default=513, help="values of a frame (default 513: 16 kHz)")
    sub.add_argument("--speakers", type=_positive, default=10, help="default 10")
    sub.add_argument("--json", action="store_true", help="as JSON")
    return top


def _load_tensorflow():
    """Import TensorFlow without its start-up chatter, which comes from C++; set TF_CPP_MIN_LOG_LEVEL=0 to see it."""
    if os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2") == "0":
        return
    sys.stderr.flush()
    shown, nothing = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    os.dup2(nothing, 2)
    try:
        import tensorflow as tf

        tf.config.list_logical_devices()
    finally:
        os.dup2(shown, 2)
        os.close(shown)
        os.close(nothing)


def _positive(text):
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number above 0")
    return int(text)


OPTIONS = {
    "corpus": lambda sub: sub.add_argument("--corpus", required=True, metavar="corpus.yaml"),
    "optional-corpus": lambda sub: sub.add_argument(
        "--corpus", metavar="corpus.yaml", help="default: the corpus the run was trained on"),
    "corpus-dir": lambda sub: sub.add_argument(
        "--corpus-dir", metavar="DIR", help="folder of the recordings, in place of the one in corpus.yaml"),
    "jobs": lambda sub: sub.add_argument(
        "--jobs", type=_positive, metavar="N", help="processes to use (default: one a core)"),
    "set": lambda sub: sub.add_argument(
        "--set", action="append", default=[], metavar="KEY=VALUE", help="change a setting, e.g. training.seed=3"),
    "pairs": lambda sub: sub.add_argument(
        "--pairs", default="all", metavar="A-B,C-D", help="speakers to convert from and to (default: all)"),
}


def _add_convert(sub):
    """Add the options of `vconv convert`."""
    sub.add_argument("inputs", nargs="*", metavar="FILE-OR-FOLDER")
    sub.add_argument("--run", required=True, metavar="DIR", help="folder of the trained model")
    sub.add_argument("--source", metavar="SPEAKER", help="who speaks; leave it out for a voice the model never heard")
    sub.add_argument("--target", metavar="SPEAKER", help="whose voice to use")
    sub.add_argument("--pairs", metavar="A-B,C-D", help="in place of files: convert the corpus for these pairs, or all")
    sub.add_argument("--split", default="evaluation", help="which split --pairs converts (default: evaluation)")
    sub.add_argument("--output", required=True, metavar="DIR")
    sub.add_argument("--format", default="wav", choices=("wav", "flac", "ogg"), help="default: wav")
    sub.add_argument("--rate", type=_positive, metavar="HZ", help="sample rate of the files (default: the model's)")


def _tell(failures):
    """Print what failed, a sentence each, and return the exit status."""
    for failure in failures:
        print(f"vconv: {failure}", file=sys.stderr)
    return MISTAKE if failures else 0


def _features(options):
    return options.features or Path(options.corpus).parent / "dump" / "features.h5"


def _corpus(options, settings):
    """Return the corpus of --corpus, or that of a run's settings, with its folder replaced by --corpus-dir."""
    from vconv.features.corpus import Corpus

    if options.corpus:
        return Corpus.load(options.corpus, corpus_dir=options.corpus_dir)
    root = Path(options.corpus_dir).absolute() if options.corpus_dir else settings["corpus"]["root"]
    return Corpus(settings["corpus"] | {"root": str(root)})


def download(options):
    """`vconv download`."""
    from vconv.download import download_corpus
    from vconv.features.corpus_settings import read_settings

    archives = read_settings(options.corpus)["download"]
    if not archives:
        raise VconvError(f"{options.corpus}: has no download section; give the recordings' folder with --corpus-dir")
    download_corpus(archives, options.output)


def extract(options):
    """`vconv extract`."""
    from vconv.features.corpus import Corpus
    from vconv.features.extract import extract

    options.features = options.output
    report = extract(Corpus.load(options.corpus, corpus_dir=options.corpus_dir), _features(options), options.jobs)
    return MISTAKE if report.failures else 0


def statistics(options):
    """`vconv statistics`."""
    from vconv.features.statistics import as_text, load_or_compute
    from vconv.features.store import FeatureStore

    with FeatureStore(options.features) as store:
        output = options.output or Path(options.features).with_name("statistics.h5")
        print(as_text(load_or_compute(store, output)))


def train(options):
    """`vconv train`."""
    from vconv import config, models
    from vconv.features.corpus_settings import read_settings
    from vconv.features.extract import refuse_other_features
    from vconv.features.statistics import load_or_compute
    from vconv.features.store import FeatureStore

    changes = config.parse_assignments(options.set)
    models.settings(options.model, changes)  # a mistake is told before TensorFlow takes its seconds to load
    corpus = read_settings(options.corpus, corpus_dir=options.corpus_dir)
    with FeatureStore(_features(options)) as store:
        refuse_other_features(store, corpus)
        found = load_or_compute(store, store.path.with_name("statistics.h5"))
        _load_tensorflow()
        from vconv.training import train

        train(options.model, store, found, corpus, options.run, changes)


def convert(options):
    """`vconv convert`."""
    from vconv.convert_files import convert_all, folder_tasks, pair_tasks, parse_pairs
    from vconv.run_folder import RunFolder

    if bool(options.pairs) == bool(options.inputs):
        raise VconvError("name either recordings to convert, with --target, or --pairs of the corpus' speakers")
    if options.pairs and (options.source or options.target):
        raise VconvError("--pairs says who speaks and whose voice to use; leave out --source and --target")
    folder, suffix = RunFolder(options.run), f".{options.format}"
    settings, speakers = folder.settings(), folder.statistics().speakers
    if options.pairs:
        pairs = parse_pairs(options.pairs, speakers)
        tasks = pair_tasks(_corpus(options, settings), options.split, pairs, options.output, suffix)
    else:
        _check_speakers(options, speakers)
        tasks = folder_tasks(options.inputs, options.source, options.target, options.output, suffix)
    _load_tensorflow()  # not before all mistakes are told, for it takes seconds
    from vconv.conversion import VoiceConverter

    written, failures = convert_all(VoiceConverter.load(options.run), tasks, options.rate)
    print(f"{options.output}: {written} files written, {len(failures)} recordings failed")
    return _tell(failures)


def _check_speakers(options, speakers):
    """Raise a VconvError unless --target, and --source if given, are among a model's speakers."""
    from vconv.config import one_of

    if not options.target:
        raise VconvError("--target is missing; say whose voice to use")
    one_of(options.target, speakers, "--target")
    if options.source:
        one_of(options.source, speakers, "--source")


def evaluate(options):
    """`vconv evaluate`."""
    from vconv.convert_files import parse_pairs
    from vconv.evaluation.pairs import as_json, as_text, evaluate_pairs
    from vconv.run_folder import RunFolder

    folder = RunFolder(options.run)
    settings = folder.settings()
    statistics = folder.statistics()
    pairs = parse_pairs(options.pairs, statistics.speakers)
    ranges = dict(zip(statistics.speakers, statistics.f0_range_hz.tolist(), strict=True))
    converted = options.converted or folder.path / "converted"
    scores = evaluate_pairs(_corpus(options, settings), ranges, pairs, converted, options.jobs)
    print(as_text(scores))
    if options.json:
        Path(options.json).write_text(as_json(scores), encoding="utf-8")
    return _tell(scores.failures)


def info(options):
    """`vconv info`."""
    from vconv import config, models

    if not options.model:
        print("\n".join(models.names()))
        return
    changes = config.parse_assignments(options.set)
    models.settings(options.model, changes)
    _load_tensorflow()
    from vconv.info import as_text, describe

    description = describe(options.model, options.bins, options.speakers, changes)
    print(json.dumps(description, indent=2) if options.json else as_text(description))


if __name__ == "__main__":
    sys.exit(main())
