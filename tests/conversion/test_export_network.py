"""The exported network: its metadata are the run's numbers, and the example of the docs converts with it as vconv."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import onnx
import pytest
import runs
import soundfile
from voice import voice

from vconv.commands import cli
from vconv.conversion.converter import VoiceConverter

EXAMPLE = Path(__file__).parents[2] / "docs" / "convert_by_onnx.py"
RATE, TOLERANCE = 16000, 1e-4  # of the peak
ALLOWED = ("json", "sys", "numpy", "onnxruntime", "pyworld", "soundfile")


def exported(folder, path):
    assert cli.main(["export", f"--run={folder.path}", "--format=onnx", f"--output={path}"]) == 0
    return {entry.key: entry.value for entry in onnx.load(path).metadata_props}


@pytest.fixture
def frames_run(tmp_path, small_statistics):
    return runs.untrained(tmp_path / "run", small_statistics)[0]


def test_the_example_converts_as_vconv_does(frames_run, tmp_path):
    exported(frames_run, tmp_path / "network.onnx")
    y = voice(150 * 2 ** (0.2 * np.sin(2 * np.pi * 3 * np.arange(RATE) / RATE)))
    soundfile.write(tmp_path / "in.wav", y, RATE, subtype="DOUBLE")
    source, target = frames_run.statistics().speakers[:2]
    expected, _ = VoiceConverter.load(frames_run.path).convert(tmp_path / "in.wav", target, source)
    scope = {"__name__": "example"}
    exec(compile(EXAMPLE.read_text(encoding="utf-8"), str(EXAMPLE), "exec"), scope)
    found = scope["convert"](str(tmp_path / "network.onnx"), y, RATE, source, target)
    assert found.shape == expected.shape
    assert np.abs(found - expected).max() < TOLERANCE * np.abs(expected).max()


def test_the_example_is_a_short_program_that_imports_little_and_writes_a_file(frames_run, tmp_path):
    lines = EXAMPLE.read_text(encoding="utf-8").splitlines()
    assert len(lines) <= 60
    assert {line.split()[1] for line in lines if line.startswith(("import", "from"))} == set(ALLOWED)
    exported(frames_run, tmp_path / "network.onnx")
    soundfile.write(tmp_path / "in.wav", voice(np.full(RATE, 150.0)), RATE)
    names = [tmp_path / "network.onnx", tmp_path / "in.wav", *frames_run.statistics().speakers[:2], tmp_path / "o.wav"]
    subprocess.run([sys.executable, "-W", "ignore", EXAMPLE, *names], check=True)
    assert np.abs(soundfile.read(tmp_path / "o.wav")[0]).max() > 1e-3


def test_the_metadata_hold_all_numbers_of_the_run(tmp_path, small_statistics):
    transforms = np.random.default_rng(0).normal(size=(3, 3, 25, 24)).astype(np.float32)
    folder, _ = runs.untrained(tmp_path / "run", small_statistics, "matched", 4, transforms)
    found = exported(folder, tmp_path / "network.onnx")
    assert (found["format"], found["model"], found["epochs"]) == ("vconv network", "matched", "4")
    assert json.loads(found["features"]) == small_statistics.settings
    assert json.loads(found["conversion"]) == folder.model_settings()["conversion"]
    np.testing.assert_array_equal(np.float32(json.loads(found["transforms"])), transforms)
    for name, values in json.loads(found["statistics"]).items():
        np.testing.assert_array_equal(values, getattr(small_statistics, name))


def test_a_run_that_converts_no_recordings_is_refused(tmp_path, capsys):
    folder, _ = runs.untrained(tmp_path / "run", None, "dcgan")
    command = ["export", f"--run={folder.path}", "--format=onnx", f"--output={tmp_path / 'x.onnx'}"]
    assert cli.main(command) == 2
    assert "holds a dcgan" in capsys.readouterr().err and not (tmp_path / "x.onnx").exists()
