"""Imports point downwards only, and the rooms without networks do not import TensorFlow."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "vconv"
FLOORS = [
    {"common"},
    {"audio", "corpus", "engines", "layers", "sample_measures"},
    {"features", "models", "onnx_graph", "preparation"},
    {"alignment", "spectral_conversion"},
    {"data"},
    {"training"},
    {"voices"},
    {"adaptation", "conversion", "evaluation"},
    {"report", "listening", "streaming"},
    {"generation", "demo", "diagnosis"},
    {"commands"},
]
FLOOR = {room: height for height, rooms in enumerate(FLOORS) for room in rooms}
NO_TENSORFLOW = (
    "common",
    "corpus",
    "audio",
    "engines",
    "preparation",
    "features",
    "evaluation",
    "report",
    "listening",
    "diagnosis",
    "demo",
    "sample_measures",
    "alignment",
    "spectral_conversion",
    "voices",
    "adaptation",
    "data",
)


def room(path):
    return path.relative_to(PACKAGE).with_suffix("").parts[0]


def imports(path):
    """Yield the dotted name of each module that a file imports; `from vconv import x` counts as vconv.x."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"{path}: relative import"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


LAZY = ("data/dataset.py", "data/picture_callbacks.py")  # imported when a training runs
FILES = [path for path in sorted(PACKAGE.rglob("*.py")) if room(path) not in ("__init__", "__main__")]


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_imports_point_downwards(path):
    for name in imports(path):
        parts = name.split(".")
        if parts[0] == "vconv" and len(parts) > 1 and parts[1] != room(path):
            assert FLOOR[parts[1]] < FLOOR[room(path)], f"{path} must not import {name}"


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_rooms_without_networks_do_not_import_tensorflow(path):
    if room(path) in NO_TENSORFLOW and path.relative_to(PACKAGE).as_posix() not in LAZY:
        assert not {name.split(".")[0] for name in imports(path)} & {"tensorflow", "keras"}


def test_the_listing_of_the_package_is_short():
    entries = [entry for entry in PACKAGE.iterdir() if entry.name != "__pycache__"]
    assert len(entries) <= 27 and sum(entry.is_file() for entry in entries) <= 6
    for entry in entries:
        if entry.is_dir():
            assert ast.get_docstring(ast.parse((entry / "__init__.py").read_text(encoding="utf-8"))), entry


def test_every_room_stands_on_a_floor():
    assert {room(path) for path in FILES} == set(FLOOR)


def test_the_parser_of_the_command_imports_no_large_package():
    script = (
        "import sys; from vconv.commands import cli; cli.parser(); sys.exit(sum(m in sys.modules for m in "
        "('tensorflow', 'keras', 'numpy', 'librosa', 'h5py')))"
    )
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0
