"""Conversion of many recordings; a broken recording does not stop the rest."""

from functools import partial

from tqdm import tqdm

from vconv.audio import loudness, wav
from vconv.common import files
from vconv.common.errors import VconvError, about
from vconv.conversion import provenance
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

    def signals(task, note):
        analyzed = converter.analyze(task.path, task.source, report=note)
        for target in task.outputs:
            y = converter.synthesize(analyzed, target, synthesis, controls)
            y = vocoder.resynthesize(y, converter.rate) if vocoder else y
            yield target, y, provenance.tags(converter.name, task.source, target, controls)

    return _write_all(tasks, signals, converter.rate, file_rate, "convert", report)


def vocode_all(vocoder, tasks, file_rate=None, report=print):
    """Vocode the recordings or mel spectrograms of all tasks; parameters and result as of `convert_all`."""

    def signals(task, note):
        for target in task.outputs:
            yield target, vocoder.vocode_file(task.path, note), None

    return _write_all(tasks, signals, vocoder.rate, file_rate, "vocode", report)


def _write_all(tasks, signals, rate, file_rate, what, report):
    """Write the signals at `rate` Hz that `signals(task, note)` yields, (target, signal, tags), to the tasks' files.

    `signals` calls note(…) with each oddity of the recording. Whatever goes wrong with a recording, the rest goes on.
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
                for target, y, tags in signals(task, partial(note, task.path)):
                    output = task.outputs[target]
                    gain = wav.write(output, loudness.limit(y, rate), rate, file_rate, tags)
                    written += 1
                    if gain < 1:
                        note(output, f"too loud, scaled by {gain:.2f}")
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
