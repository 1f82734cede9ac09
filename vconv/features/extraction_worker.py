"""One recording → its features, in a file of the extraction cache; runs in a worker."""

from typing import NamedTuple

from vconv.audio import wav
from vconv.audio.samples import is_silent
from vconv.common.errors import VconvError, reason
from vconv.engines import shards
from vconv.features import analysis


class Analyzed(NamedTuple):
    """Result of `analyze`.

    Attributes
    ----------
    reason : str or None
        Why the recording has no features.
    notes : list of str
        Oddities of the recording that were mended, as from `wav.read`.
    faults : list of str
        What the check found; empty for a recording without features.
    """

    reason: str | None
    notes: list
    faults: list


def analyze(path, part, settings, f0_range_hz, check=None):
    """Save the features of a recording in the file `part`.

    Parameters
    ----------
    path, part : Path
    settings : dict
        Those of the feature file.
    f0_range_hz : pair of float
    check : callable, optional
        As of `extract.extract`.

    Returns
    -------
    Analyzed
    """
    notes, faults = [], []

    def examine(signals, rate):
        if check:
            faults.extend(check(path, signals, rate))

    try:
        y, _ = wav.read(path, settings["sample_rate"], notes.append, wav.LONGEST_UTTERANCE_S, examine)
        if is_silent(y):
            raise VconvError("is silent; remove it or record it again")
        arrays = analysis.analyze(y, settings, f0_range_hz)
    except Exception as error:
        return Analyzed(reason(error).removeprefix(f"{path}: "), notes, [])
    shards.save(part, arrays, {"samples": len(y)}, durable=False)  # there are many, and the analysis can be repeated
    return Analyzed(None, notes, faults)
