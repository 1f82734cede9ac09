"""The voices that a page offers: their converters, and what the page tells about them."""

from typing import NamedTuple

import numpy as np

from vconv.common.config import one_of
from vconv.common.errors import VconvError
from vconv.conversion.converter import VoiceConverter
from vconv.voices import card, ready
from vconv.voices.voice_file import VoiceFile

TOLD = ("corpus", "license", "attribution", "source", "consent")  # of the card


class DemoVoice(NamedTuple):
    """A voice: its `VoiceConverter`, and `about`, what the page tells, as JSON holds it."""

    converter: VoiceConverter
    about: dict


def load(runs=None):
    """Load the voices of a page.

    Parameters
    ----------
    runs : sequence of str, optional
        As of `vconv.voices.ready.open_run`; all ready voices when left out.

    Returns
    -------
    voices : dict
        Name → `DemoVoice`.

    Raises
    ------
    VconvError
        A run cannot be loaded, two have the same name, or there is none.
    """
    voices = {}
    for run in runs or ready.names():
        trained = ready.open_run(run)
        if trained.name in voices:
            raise VconvError(f"--run: two voices have the name {trained.name!r}; leave one out or rename it")
        converter = VoiceConverter.load(trained)
        voices[trained.name] = DemoVoice(converter, _about(trained, converter))
    if not voices:
        raise VconvError("no ready voice is installed; give --run with a .vconv file or a run folder")
    return voices


def choose(voices, name):
    """Return the converter of the voice `name`; VconvError if there is none."""
    return voices[one_of(name, tuple(voices), "voice")].converter


def _about(trained, converter):
    """Return what the page tells about a voice."""
    if isinstance(trained, VoiceFile):
        told, speakers = trained.facts["card"], trained.facts["speakers"]
    else:
        means_hz = np.exp(converter.statistics.log_f0_mean).tolist()
        told = {}
        speakers = [
            {"name": name, "sex": card.SEXES[-1], "mean_f0_hz": mean_hz}
            for name, mean_hz in zip(converter.speakers, means_hz, strict=True)
        ]
    return {
        "name": trained.name,
        "rate": converter.rate,
        "card": {key: told[key] for key in TOLD if key in told},
        "speakers": speakers,
    }
