"""A ready voice, adapted to a synthetic speaker that it was not trained with."""

from contextlib import contextmanager
from types import SimpleNamespace
from unittest import mock

import pytest
from new_voice import NAME, RATE, speech

from vconv.adaptation import adapt, embedding, examples
from vconv.alignment import match
from vconv.audio import wav
from vconv.voices import ready
from vconv.voices.voice_file import VoiceFile


@pytest.fixture(scope="session")
def recordings(tmp_path_factory):
    """A folder with two recordings of 8 s at different rates, and one that is none."""
    folder = tmp_path_factory.mktemp("recordings é")
    wav.write(folder / "a.wav", speech(8), RATE)
    wav.write(folder / "b.flac", speech(8, 1), RATE, 44100)
    (folder / "c.wav").write_text("no recording")
    return folder


@pytest.fixture(scope="session")
def quick_adaptation():
    """A function that returns a context in which an adaptation takes few frames and rounds."""

    @contextmanager
    def quick():
        quick = match.settings({"adaptation": {"rounds": 1, "frames": 300}, "matching": {"frames": 300}})
        with (
            mock.patch.object(match, "settings", lambda changes: quick),
            mock.patch.object(examples, "SEGMENTS", 6),
            mock.patch.object(embedding.fit, "__defaults__", (1, embedding.RIDGE)),
        ):
            yield

    return quick


@pytest.fixture(scope="session")
def adapted(recordings, quick_adaptation, tmp_path_factory):
    """The ready voice `vcc2016`, the same with the new speaker, and what `adapt` returned; a quick adaptation."""
    base, output, notes = ready.open_run("vcc2016"), tmp_path_factory.mktemp("adapted") / "new.vconv", []
    with quick_adaptation():
        added, digest, failures = adapt.adapt(base, NAME, recordings, output, notes.append)
    return SimpleNamespace(
        base=base, voice=VoiceFile(output), added=added, digest=digest, failures=failures, notes=notes
    )
