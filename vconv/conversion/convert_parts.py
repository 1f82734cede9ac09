"""Conversion of many recordings by an engine, or in parts; each recording is a task."""

import contextlib
import io
import json
import threading
from functools import lru_cache
from pathlib import Path

from tqdm import tqdm

from vconv.common import files, hdf5
from vconv.common.version import __version__
from vconv.conversion.controls import UNCHANGED
from vconv.conversion.convert_files import convert_all
from vconv.conversion.converter import VoiceConverter
from vconv.engines import shards, tasks
from vconv.engines.engine import open_engine

MODEL_SUFFIXES = (".yaml", ".onnx", ".h5")  # files of a run folder that decide what its conversions are


def folder_of(output):
    """Return the folder of the shards of conversions to `output`."""
    return Path(f"{Path(output)}.parts")


def convert_parts(
    run,
    recordings,
    output,
    engine,
    jobs=None,
    part=None,
    conversion=None,
    file_rate=None,
    synthesis="world",
    controls=UNCHANGED,
    report=print,
):
    """Convert the recordings of all tasks that an earlier call did not convert; result as of `convert_all`.

    Parameters
    ----------
    run : str or Path
        As of `vconv.voices.ready.open_run`.
    recordings : list of vconv.conversion.tasks.Task
    output : str or Path
        The folder, or file, that the tasks write. The folder `<output>.parts` keeps what is converted until all is.
    engine, jobs
        As of `vconv.engines.engine.open_engine`.
    part : vconv.engines.shards.Part, optional
        Convert this part of the recordings.
    conversion : dict, optional
        As of `VoiceConverter.load`.
    file_rate, synthesis, controls, report
        As of `convert_all`.
    """
    run = Path(run).absolute() if Path(run).exists() else run  # the name of a ready voice is the same everywhere
    how = hdf5.to_json(conversion), file_rate, synthesis, controls
    kept, identity = shards.Shards(folder_of(output), part), _identity(run)
    written, failures = 0, []
    with kept.locked("another conversion"), open_engine(engine, jobs, kept.folder) as opened:
        work = []
        for task in recordings:
            task = task._replace(
                path=task.path.absolute(), outputs={name: path.absolute() for name, path in task.outputs.items()}
            )
            names = {target: str(path) for target, path in task.outputs.items()}
            key = [__version__, identity, how, task.source, names, shards.file_key(task.path)]
            if not all(path.exists() for path in task.outputs.values()):
                kept.path(key).unlink(missing_ok=True)
            work.append((key, (run, identity, *how, task)))
        for _, (failed, notes) in tasks.run(kept, opened, _convert, work, "convert", "file"):
            failures += failed
            for note in notes:
                report(note)
        for key, _ in part.of(work) if part else work:
            with contextlib.suppress(FileNotFoundError):  # a failed recording has no shard
                written += shards.load(kept.path(key))[1]
        if not part:
            kept.delete()
    return written, sorted(failures)


def _identity(run):
    """Return what tells the content of a run folder or a voice file; the name itself of a ready voice."""
    path = Path(run)
    if path.is_dir():
        return [files.digest(file) for file in sorted(path.iterdir()) if file.suffix in MODEL_SUFFIXES]
    return files.digest(path) if path.is_file() else str(run)


def _convert(run, identity, conversion, file_rate, synthesis, controls, task, path):
    """Convert a recording, and save the number of files as a shard; runs in a worker.

    Returns
    -------
    failures, notes : list of str
    """
    notes, converter = [], _converter(run, str(identity), conversion)
    with contextlib.redirect_stderr(io.StringIO()):  # progress bars of workers would cover that of the command
        written, failures = convert_all(converter, [task], file_rate, synthesis, None, controls, notes.append)
    if not failures:
        shards.save(path, {}, written)
    return failures, notes


@lru_cache(maxsize=1)
def _converter(run, identity, conversion):
    """Return the converter of a run with the changes `conversion`, as JSON; a worker keeps the last one."""
    tqdm.set_lock(threading.RLock())  # the usual lock is a semaphore, which an ended worker would leave behind
    return VoiceConverter.load(run, json.loads(conversion))
