"""The voices that a page offers: their converters, and what the page tells about them."""

import secrets
import shutil
import tempfile
from typing import NamedTuple

import numpy as np

from vconv.common.config import one_of
from vconv.common.errors import VconvError
from vconv.conversion.converter import VoiceConverter
from vconv.voices import card, ready
from vconv.voices.voice_file import VoiceFile

TOLD = ("corpus", "license", "attribution", "source", "consent")  # of the card
MOST_MADE = 8


class DemoVoice(NamedTuple):
    """A voice: the file or run folder, its `VoiceConverter`, and `about`, what the page tells, as JSON holds it."""

    trained: object
    converter: VoiceConverter
    about: dict


class Voices:
    """The voices of a server: those that it offers to all, and those that were made of recordings.

    Only who knows the key of a made voice gets it. Its file lies in a temporary folder until the process ends, or until
    it is the oldest of more than `MOST_MADE`.

    Parameters
    ----------
    offered : dict
        Name → `DemoVoice`.
    """

    def __init__(self, offered):
        self._offered, self._made = offered, {}

    @property
    def about(self):
        """What the page tells about the voices that are offered to all, a list."""
        return [voice.about for voice in self._offered.values()]

    def choose(self, name):
        """Return the `DemoVoice` of a name or key; VconvError if there is none."""
        if name in self._made:
            return self._made[name][0]
        return self._offered[one_of(name, tuple(self._offered), "voice")]

    def add(self, path):
        """Keep a copy of a voice file that was made, and return its `DemoVoice`."""
        folder = tempfile.TemporaryDirectory(prefix="vconv-demo-voice-", ignore_cleanup_errors=True)
        voice = _load(VoiceFile(shutil.copy(path, folder.name)), secrets.token_hex(16))
        self._made[voice.about["name"]] = voice, folder
        if len(self._made) > MOST_MADE:
            _, oldest = self._made.pop(next(iter(self._made)))
            oldest.cleanup()
        return voice


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
        voices[trained.name] = _load(trained, trained.name)
    if not voices:
        raise VconvError("no ready voice is installed; give --run with a .vconv file or a run folder")
    return voices


def _load(trained, key):
    """Return the `DemoVoice` of a voice file or run folder, which requests call `key`."""
    converter = VoiceConverter.load(trained)
    return DemoVoice(trained, converter, _about(trained, converter) | {"name": key, "title": trained.name})


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
        "rate": converter.rate,
        "card": {key: told[key] for key in TOLD if key in told},
        "speakers": speakers,
        "adaptable": isinstance(trained, VoiceFile) and trained.facts["codebook"] is not None,
    }
