"""The documentation builds without a warning: links, anchors, docstrings and the command reference are in order."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from vconv.commands import cli

REPOSITORY = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """The built pages."""
    pytest.importorskip("pydata_sphinx_theme", reason="the packages of the extra `docs` need Python 3.11")
    folder = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "sphinx", "--fail-on-warning", "--keep-going", "--quiet", "--jobs", "auto"]
    result = subprocess.run(
        [*command, "--doctree-dir", str(folder / "doctrees"), "docs", str(folder / "html")],
        cwd=REPOSITORY,
        env=os.environ | {"PYTHONPATH": str(REPOSITORY)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    return folder / "html"


@pytest.mark.slow
def test_every_command_has_its_section(site):
    html = (site / "commands.html").read_text(encoding="utf-8")
    for command in [*cli.COMMANDS, "listening-test-build", "listening-test-score"]:
        assert f'id="vconv-{command}"' in html


def test_the_interface_is_described(site):
    html = "".join(path.read_text(encoding="utf-8") for path in site.glob("api/*.html"))
    for name in (
        "conversion.converter.VoiceConverter.convert",
        "corpus.recordings.Corpus",
        "features.store.FeatureStore.read",
        "features.statistics.Statistics",
        "evaluation.metrics.score",
        "audio.wav.read",
        "layers.speaker.speaker_embedding",
    ):
        assert f'id="vconv.{name}"' in html
