"""Conversion of many recordings, from folders or of pairs of speakers; a broken recording does not stop the rest."""

from collections import Counter
from functools import partial
from itertools import permutations
from pathlib import Path
from typing import NamedTuple

from tqdm import tqdm

from vconv.audio import loudness, wav
from vconv.audio.folder import audio_files
from vconv.common import files
from vconv.common.errors import VconvError, about
from vconv.conversion import convert_file


class Task(NamedTuple):
    """A recording to convert; its speaker, None if unseen; and target speaker → path of the converted file."""

    path: Path
    source: str | None
    outputs: dict


def recordings(inputs, more_suffixes=()):
    """List the audio files among files and folders.

    Parameters
    ----------
    inputs : iterable of str or Path
        Files, or folders whose audio files are listed.
    more_suffixes : tuple of str
        Suffixes of other files in folders that are listed too.

    Returns
    -------
    paths : list of Path

    Raises
    ------
    VconvError
        A path does not exist, a folder holds no audio file, or two files would be converted to the same file.
    """
    paths = []
    for path in map(Path, inputs):
        if path.is_dir():
            paths += audio_files(path, more_suffixes)
        elif path.exists():
            paths.append(path)
        else:
            raise VconvError(f"{path}: there is no such file or folder; name recordings or a folder of them")
    stems = Counter(path.stem for path in paths)
    for path in paths:
        if stems[path.stem] > 1:
            raise VconvError(
                f"{path}: there is another recording called {path.stem!r}, and both would be converted to "
                f"the same file; convert them one after the other into different folders"
            )
    return paths


def folder_tasks(inputs, source, target, output, suffix, more_suffixes=()):
    """Return the tasks that convert `inputs`, as in `recordings`, to OUTPUT/<stem><suffix>."""
    paths = recordings(inputs, more_suffixes)
    return [Task(path, source, {target: Path(output) / f"{path.stem}{suffix}"}) for path in paths]


def pair_tasks(corpus, split, pairs, output, suffix):
    """Return the tasks that convert a split of a `Corpus` to OUTPUT/<SOURCE>-<TARGET>/<name><suffix>.

    `pairs` is a list of (source, target). VconvError if the split holds no recording of the source speakers.
    """
    tasks = []
    for utterance in corpus.utterances:
        targets = [target for source, target in pairs if source == utterance.speaker]
        if utterance.split == split and targets:
            source = utterance.speaker
            names = {target: Path(output) / f"{source}-{target}" / f"{utterance.name}{suffix}" for target in targets}
            tasks.append(Task(utterance.path, source, names))
    if not tasks:
        raise VconvError(
            f"{corpus.settings['root']}: holds no {split} recording of "
            f"{', '.join(sorted({source for source, _ in pairs}))}; choose another --split or --pairs"
        )
    return tasks


def parse_pairs(text, speakers):
    """Return the pairs of speakers of the option --pairs, (source, target).

    Parameters
    ----------
    text : str
        "A-B,C-D", or "all" for all ordered pairs. Names may contain hyphens.
    speakers : sequence of str

    Raises
    ------
    VconvError
        A pair is not of two different speakers, two pairs have the same name, or there is only one speaker.
    """
    by_name = {}
    for pair in permutations(speakers, 2):
        same_name = by_name.setdefault("-".join(pair), pair)
        if same_name != pair:
            raise VconvError(
                f"--pairs: {'-'.join(pair)!r} could be {same_name[0]!r} to {same_name[1]!r} or {pair[0]!r} to "
                f"{pair[1]!r}; convert their files with --source and --target"
            )
    if not by_name:
        raise VconvError(f"--pairs: the model has only the speaker {speakers[0]}; train it on two or more")
    names = list(by_name) if text == "all" else [name.strip() for name in text.split(",")]
    for name in names:
        if name not in by_name:
            raise VconvError(
                f"--pairs: {name!r} is not SOURCE-TARGET of two different speakers among: {', '.join(speakers)}"
            )
    return [by_name[name] for name in dict.fromkeys(names)]


def convert_all(converter, tasks, file_rate=None, synthesis="world", vocoder=None, report=print):
    """Convert the recordings of all tasks.

    Parameters
    ----------
    converter : vconv.conversion.converter.VoiceConverter
    tasks : list of Task
    file_rate : int, optional
        Sample rate of the files, in Hz; that of the model when left out.
    synthesis : {"world", "diff"}
    vocoder : vconv.conversion.vocoders.Vocoder, optional
        Resynthesizes the converter's signals.
    report : callable
        Gets a line about each oddity of a recording that was mended (`wav.read`), each recording without a voiced
        frame, and each signal that is scaled down because it is too loud for a file.

    Returns
    -------
    written : int
        Number of files.
    failures : list of str
        A sentence about each recording that could not be converted.
    """

    def write(task, note):
        return convert_file.convert(
            converter, task.path, task.outputs, task.source, file_rate, synthesis, vocoder, report=note
        )

    return _write_all(tasks, write, "convert", report)


def vocode_all(vocoder, tasks, file_rate=None, report=print):
    """Vocode the recordings or mel spectrograms of all tasks; parameters and result as of `convert_all`."""

    def write(task, note):
        for target, output in task.outputs.items():
            y = loudness.limit(vocoder.vocode_file(task.path, note), vocoder.rate)
            yield target, wav.write(output, y, vocoder.rate, file_rate)

    return _write_all(tasks, write, "vocode", report)


def _write_all(tasks, write, what, report):
    """Write the files of each task by `write(task, note)`, which yields (target, gain) for each file.

    It calls note(…) with each oddity of the recording. Whatever goes wrong with a recording, the rest goes on.
    """
    written, failures = 0, []
    outputs = [output for task in tasks for output in task.outputs.values()]
    for folder in dict.fromkeys(output.parent for output in outputs):
        with files.writing(folder):
            folder.mkdir(parents=True, exist_ok=True)
    with tqdm(total=len(outputs), unit="file", desc=what, disable=None) as bar:

        def note(path, text):
            bar.clear()
            report(f"{path}: {text}")

        for task in tasks:
            try:
                _refuse_overwriting(task)
                for target, gain in write(task, partial(note, task.path)):
                    written += 1
                    if gain < 1:
                        note(task.outputs[target], f"too loud, scaled by {gain:.2f}")
            except BrokenPipeError:  # of `report`, not of the recording
                raise
            except Exception as error:
                failures.append(about(task.path, error))
            bar.update(len(task.outputs))
    return written, failures


def _refuse_overwriting(task):
    """Raise a VconvError if one of a task's files is the recording itself."""
    if any(output.exists() and output.samefile(task.path) for output in task.outputs.values()):
        raise VconvError("would be overwritten by its own conversion; choose another --output folder")
