"""What the page asks for one uploaded recording: its conversion with pictures, and all voices of its beginning."""

import base64

import numpy as np

from vconv.audio import recording, wav
from vconv.common.errors import VconvError
from vconv.conversion import convert_file
from vconv.demo import pictures

SAMPLE_S = 5.0  # of a recording that are converted to every speaker


def convert(converter, path, longest_minutes, target, controls):
    """Convert a recording.

    Parameters
    ----------
    converter : vconv.conversion.converter.VoiceConverter
    path : Path
        The recording, in a folder that may be written.
    longest_minutes : float
        That a recording may last.
    target : str
    controls : vconv.conversion.controls.Controls

    Returns
    -------
    answer : dict
        "wav": the converted file in base64; "notes": sentences about oddities of the recording; "source" and
        "converted": `pictures.of_signal` of their first 30 s.

    Raises
    ------
    VconvError
        The recording is unreadable, silent or too long, or an argument is not allowed.
    """
    controls.checked()
    source = beginning_of(path, converter.rate, pictures.LONGEST_S, longest_minutes)
    output, notes = path.with_name("converted.wav"), []
    if len(source) >= pictures.LONGEST_S * converter.rate:
        notes.append(f"the pictures show the first {pictures.LONGEST_S:g} s")
    converter.convert_file(path, output, target, **controls._asdict(), report=notes.append)
    converted = beginning_of(output, converter.rate, pictures.LONGEST_S)
    return {
        "wav": _encoded(output),
        "notes": notes,
        "source": pictures.of_signal(source, converter.rate),
        "converted": pictures.of_signal(converted, converter.rate),
    }


def convert_to_all(converter, path, longest_minutes, controls):
    """Return {speaker: WAV file in base64}: the first 5 s of a recording, converted to each speaker.

    Parameters and errors as of `convert`.
    """
    controls.checked()
    beginning = path.with_name("beginning.wav")
    wav.write(beginning, beginning_of(path, converter.rate, SAMPLE_S, longest_minutes), converter.rate)
    outputs = {name: path.with_name(f"{number}.wav") for number, name in enumerate(converter.speakers)}
    list(convert_file.convert(converter, beginning, outputs, controls=controls))
    return {name: _encoded(output) for name, output in outputs.items()}


def beginning_of(path, rate, seconds, longest_minutes=None):
    """Return the first seconds of a recording, float64 [samples] at `rate` Hz; VconvError if it is too long."""
    if longest_minutes is not None and recording.is_longer(path, 60 * longest_minutes):
        raise VconvError(
            f"{path}: lasts longer than {longest_minutes:g} minutes, which this page converts at most; cut it, or use "
            "`vconv convert`, which takes any length"
        )
    found, count, wanted = [], 0, round(seconds * rate)
    for block in recording.scan(path).blocks(rate):
        found.append(block)
        count += len(block)
        if count >= wanted:
            break
    return np.concatenate(found)[:wanted]


def _encoded(path):
    """Return the content of a file in base64."""
    return base64.b64encode(path.read_bytes()).decode()
