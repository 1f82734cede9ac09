"""Conversions of pairs of speakers and their scores, for benchmarks that compare several conversions."""

import subprocess
import sys

from vconv.conversion.convert_files import convert_all
from vconv.conversion.tasks import pair_tasks
from vconv.evaluation.output import entry_of, read

MEASURES = ("mcd24", "normalized_similarity", "distillmos", "wer")


def vconv(*arguments):
    """Run a subcommand in a process of its own."""
    subprocess.run([sys.executable, "-m", "vconv", *map(str, arguments)], check=True)


def add_arguments(parser):
    """Add the arguments of the pairs and of the word errors."""
    parser.add_argument("--pairs", default="SF1-TM3,SF1-TF2,SM1-TF1,SM1-TM1")
    parser.add_argument("--whisper", help="faster-whisper model, for word errors")


def missing(corpus, pairs, folder):
    """Return the tasks of the evaluation recordings that are not converted yet, each once for each target."""
    tasks = []
    for task in pair_tasks(corpus, "evaluation", pairs, folder, ".wav"):
        outputs = {target: path for target, path in task.outputs.items() if not path.exists()}
        tasks += [task._replace(outputs=outputs)] if outputs else []
    return tasks


def convert(converter_of, corpus, pairs, folder):
    """Convert what is missing in `folder`; `converter_of` loads the converter if there is something."""
    tasks = missing(corpus, pairs, folder)
    if tasks:
        _, failures = convert_all(converter_of(), tasks)
        if failures:
            sys.exit("\n".join(failures))


def evaluate(run, corpus_file, folder, pairs, whisper):
    """Return the content of folder/scores.json, evaluated unless it has these pairs, and word errors if wanted."""
    path, names = folder / "scores.json", ["-".join(pair) for pair in pairs]
    if not path.exists() or not _is_complete(read(path), names, whisper):
        arguments = ["--run", run, "--corpus", corpus_file, "--pairs", ",".join(names), "--converted", folder]
        vconv("evaluate", *arguments, "--json", path, *(["--whisper", whisper] if whisper else []))
    return read(path)


def _is_complete(scores, names, whisper):
    return set(scores["pairs"]) == set(names) and (not whisper or entry_of(scores, "wer", "converted") is not None)
