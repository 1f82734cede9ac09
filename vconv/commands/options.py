"""What several subcommands share: options, how they find corpus and features, and how they report failures."""

import argparse
import contextlib
import sys
from pathlib import Path
from typing import NamedTuple

from vconv.common import files
from vconv.common.errors import VconvError
from vconv.common.names import composed

MISTAKE, INTERRUPTED = 2, 130  # exit statuses


class Whole(NamedTuple):
    """The whole numbers from `low` to `high`; for `type=` of an option, whose help states them."""

    low: int
    high: int

    def __call__(self, text):
        """Return the number that `text` says, or raise what argparse reports."""
        if not (text.isascii() and text.isdecimal() and len(text) < 20 and self.low <= int(text) <= self.high):
            raise argparse.ArgumentTypeError(f"{text[:40]!r} is not a whole number {self}")
        return int(text)

    def __str__(self):
        return f"from {self.low} to {self.high}"


class Number(NamedTuple):
    """The numbers from `low` to `high`; for `type=` of an option, whose help states them."""

    low: float
    high: float

    def __call__(self, text):
        """Return the number that `text` says, or raise what argparse reports."""
        with contextlib.suppress(ValueError):
            if self.low <= float(text) <= self.high:
                return float(text)
        raise argparse.ArgumentTypeError(f"{text[:40]!r} is not a number {self}")

    def __str__(self):
        return f"from {self.low:g} to {self.high:g}"


COUNT, JOBS, SEED, RATE_HZ = Whole(1, 1_000_000), Whole(1, 1024), Whole(0, 4_294_967_295), Whole(4000, 192_000)
SEMITONES, STRENGTH = Number(-24, 24), Number(0, 1)
TARGET = "speaker to convert to, or a blend of several such as TF1:0.6,TM2:0.4"
CONVERSION = (
    "change a setting of the conversion, for example conversion.gv=0.5; may be repeated (default: the model's own)"
)
VOICE = "a ready voice (`vconv voices` lists them), a .vconv file, or the run folder of a trained model"
SHARED = {
    "--corpus": {"metavar": "corpus.yaml", "help": "the file that describes the corpus"},
    "--corpus-dir": {
        "metavar": "DIR",
        "help": "folder of the recordings (default: the one that corpus.yaml names as root)",
    },
    "--jobs": {
        "type": JOBS,
        "metavar": "N",
        "help": f"number of processes, {JOBS} (default: one per core; 64 with slurm)",
    },
    "--engine": {
        "default": "local",
        "metavar": "NAME",
        "help": "what does the work: local, the processes of this machine; dask:ADDRESS, the workers of a dask "
        "scheduler; slurm, an array of Slurm jobs (default: local)",
    },
    "--shard": {
        "metavar": "I/N",
        "help": "do only part I of N of the work; the same command without --shard joins the parts (default: all)",
    },
    "--seed": {"type": SEED, "default": 0, "metavar": "N"},
    "--rate": {"type": RATE_HZ, "metavar": "HZ"},
    "--set": {
        "action": "append",
        "default": [],
        "metavar": "KEY=VALUE",
        "help": "change a setting, for example training.seed=3; may be repeated (default: the settings' defaults)",
    },
    "--pairs": {
        "type": composed,
        "default": "all",
        "metavar": "A-B,C-D",
        "help": "pairs of source and target speaker (default: all)",
    },
    "--run": {"metavar": "DIR", "help": "run folder of the trained model"},
    "--failures": {
        "metavar": "FILE",
        "help": "write there a line for each recording that failed, and end with status 0 "
        "(default: print them, and end with status 2)",
    },
    "--source": {
        "type": composed,
        "metavar": "SPEAKER",
        "help": "speaker of the recordings (default: an unseen speaker)",
    },
    "--target": {"type": composed, "metavar": "SPEAKER", "help": TARGET},
    "--semitones": {
        "type": SEMITONES,
        "default": 0.0,
        "metavar": "N",
        "help": f"shift of the converted pitch, a number {SEMITONES} (default: 0.0)",
    },
    "--strength": {
        "type": STRENGTH,
        "default": 1.0,
        "metavar": "S",
        "help": f"how much is converted, a number {STRENGTH}; 0 is the voice of the source (default: 1.0)",
    },
    "--features": {"metavar": "F.h5", "help": "the feature file (default: dump/features.h5 beside corpus.yaml)"},
    "--format": {
        "default": "wav",
        "choices": ("wav", "flac", "ogg"),
        "help": "format of the audio files (default: wav)",
    },
}
FILE_OR_FOLDER = {
    "--output": {
        "required": True,
        "metavar": "FILE-OR-DIR",
        "help": "folder for the audio files, made if missing; or, for one input, the file to write: a name that ends "
        "in .wav, .flac or .ogg",
    },
    "--format": SHARED["--format"] | {"default": None, "help": "format of the files (default: that of FILE, or wav)"},
}


def add_output(sub):
    """Add --output, a folder or one file, and --format."""
    for name, option in FILE_OR_FOLDER.items():
        sub.add_argument(name, **option)


def add_shared(sub, *names, **changes):
    """Add the shared options `names` to a subcommand; `changes` are keywords that replace or join their own."""
    for name in names:
        sub.add_argument(name, **(SHARED[name] | changes))


def tell(failures, listed=None):
    """Print what failed, a sentence each, and return the exit status; 0 if it is also written to the file `listed`."""
    for failure in failures:
        print(f"vconv: {failure}", file=sys.stderr)
    if listed:
        files.write_text(listed, "".join(f"{failure}\n" for failure in failures))
    return MISTAKE if failures and not listed else 0


def note(sentences):
    """Print remarks for the user, a sentence each."""
    for sentence in sentences:
        print(f"note: {sentence}", file=sys.stderr)


def features_path(options):
    """Return the path of --features, by default dump/features.h5 beside the file of --corpus."""
    return options.features or Path(options.corpus).parent / "dump" / "features.h5"


def corpus_of(options, settings=None):
    """Return the corpus of --corpus, or that of a run's settings, with its folder replaced by --corpus-dir.

    What it leaves out is told.
    """
    from vconv.corpus.recordings import Corpus

    if options.corpus:
        corpus = Corpus.load(options.corpus, corpus_dir=options.corpus_dir)
    else:
        if "corpus" not in settings:
            raise VconvError("a voice file knows no corpus; give --corpus with the corpus.yaml that describes it")
        root = Path(options.corpus_dir).absolute() if options.corpus_dir else settings["corpus"]["root"]
        corpus = Corpus(settings["corpus"] | {"root": str(root)})
    note(corpus.notes)
    return corpus


def checked_target(options, speakers):
    """Return the text of --target in its usual form; VconvError unless it and --source are of a model's speakers."""
    from vconv.common.config import one_of
    from vconv.conversion import targets

    if not options.target:
        raise VconvError("--target is missing; give the speaker to convert to")
    if options.source:
        one_of(options.source, speakers, "--source")
    return targets.name_of(targets.parse(options.target, speakers, "--target"), speakers)


def conversion_of(options):
    """Return {name: value} of the settings of `conversion` that --set changes; VconvError for others."""
    from vconv.common.config import parse_assignments

    changes = parse_assignments(options.set)
    others = [section for section in changes if section != "conversion"]
    if others:
        raise VconvError(
            f"--set {others[0]}: is no setting of a conversion, and others are fixed by the training; change settings "
            "of the section conversion, for example conversion.gv=0.5"
        )
    return changes.get("conversion")


def print_voice(trained, target, latency):
    """Print to the standard error stream by what and to whose voice is converted, and the terms of the latency."""
    print(f"converting by {trained} to {target}", file=sys.stderr)
    print(f"latency {latency}", file=sys.stderr)
