"""Conversion of many recordings; a broken recording does not stop the rest."""

from functools import partial

from tqdm import tqdm

from vconv.audio import loudness, wav
from vconv.common import files
from vconv.common.errors import VconvError, about
from vconv.conversion import convert_file
from vconv.conversion.controls import UNCHANGED


def convert_all(converter, tasks, file_rate=None, synthesis="world", vocoder=None, controls=UNCHANGED, report=print):
    """Convert the recordings of all tasks; each file says that it is converted (`vconv.conversion.provenance`).

    Parameters
    ----------
    converter : vconv.conversion.converter.VoiceConverter
    tasks : list of Task
    file_rate : int, optional
        Sample rate of the files, in Hz; that of the model when left out.
    synthesis : {"world", "diff"}
    vocoder : vconv.conversion.vocoders.Vocoder, optional
        Resynthesizes the converter's signals.
    controls : vconv.conversion.controls.Controls
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
            converter, task.path, task.outputs, task.source, file_rate, synthesis, vocoder, controls, report=note
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
