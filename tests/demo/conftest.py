"""A server with the voices of the sample corpus, and sentences to convert."""

import tempfile

import demo_server
import pytest
from demo_server import SENTENCE


@pytest.fixture(scope="session")
def port():
    """The port of a server with the usual limits."""
    with demo_server.running() as found:
        yield found


@pytest.fixture(scope="session")
def sentence():
    """The bytes of a recording."""
    return SENTENCE.read_bytes()


@pytest.fixture
def temporary(tmp_path, monkeypatch):
    """The folder in which this process makes temporary files and folders, empty."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder
