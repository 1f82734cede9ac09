"""benchmarks/compare_runs.py: renamed and moved data count as identical; differences and missing data fail."""

import json
import runpy
import shutil
from pathlib import Path

import h5py
import numpy as np
import pytest
import soundfile

main = runpy.run_path(str(Path(__file__).parents[1] / "benchmarks" / "compare_runs.py"))["main"]
RANDOM = np.random.default_rng(0)
CHECKPOINT, KERNEL, SCORES = "checkpoints/epoch-0010.weights.h5", "converter/layers/conv1d/vars/0", "scores.json"


def write(path, arrays):
    path.parent.mkdir(parents=True, exist_ok=True)
    with h5py.File(path, "w") as file:
        for name, values in arrays.items():
            file[name] = values


@pytest.fixture
def runs(tmp_path):
    """Two folders of one run each, which differ in names and in the file of the transforms."""
    old, new = tmp_path / "old" / "matched", tmp_path / "new" / "matched"
    transforms = RANDOM.normal(size=(2, 2, 25, 24))
    kernel, bias = RANDOM.normal(size=(5, 27, 4)).astype("float32"), np.zeros(4, "float32")
    moments = {f"optimizer/vars/{number}": RANDOM.normal(size=(2, 3)) for number in range(11)}
    weights = moments | {KERNEL: kernel, "converter/layers/conv1d/vars/1": bias}
    write(old / CHECKPOINT, weights | {"vars/0": transforms})
    write(old / CHECKPOINT.replace("10", "09"), {})
    write(old / "statistics.h5", {"spectrum_deviation": np.ones(3), "speakers": [b"Ann"]})
    (old / "history.csv").write_text("epoch,loss\n1,0.5\n2,nan\n")
    score = {"system": {"position": 0.5, "interval": [0.1, 0.9]}, "nearer_target": {"mean": 80.0}}
    (old / SCORES).write_text(json.dumps({"format": "scores", "version": 1, "similarity": score, "files": [score] * 2}))
    (old / "converted").mkdir()
    soundfile.write(old / "converted" / "a.wav", RANDOM.uniform(-0.5, 0.5, 100), 16000)
    shutil.copytree(old, new)
    write(new / CHECKPOINT, {name.replace("converter", "network"): value for name, value in weights.items()})
    write(new / "transforms.h5", {"affine": transforms})
    write(new / "statistics.h5", {"spectrum_std": np.ones(3), "speakers": [b"Ann"]})
    renamed = (old / SCORES).read_text().replace("position", "normalized_similarity")
    (new / SCORES).write_text(
        renamed.replace("nearer_target", "closer_to_target").replace('version": 1', 'version": 2')
    )
    return old, new


def compare(capsys, *arguments):
    """Return the exit status and the lines about differences."""
    status = main([str(argument) for argument in (*arguments, "--brief")])
    title, *lines, count = capsys.readouterr().out.splitlines()
    assert title == "matched" and "compared" in count
    return status, [line.strip() for line in lines]


def change(path, name, number):
    """Add `number` to the first value of a dataset."""
    with h5py.File(path, "a") as file:
        file[name][(0,) * file[name].ndim] += number


def test_renamed_and_moved_data_are_identical(runs, capsys):
    assert compare(capsys, *runs) == (0, [])
    assert compare(capsys, *(run.parent for run in runs)) == (0, [])
    assert main([str(run) for run in runs]) == 0
    printed = capsys.readouterr().out
    assert f"{KERNEL} → {KERNEL.replace('converter', 'network')}: identical" in printed
    assert "vars/0 → transforms.h5 affine: identical" in printed


def test_differences_are_listed_and_fail_unless_tolerated(runs, capsys):
    old, new = runs
    change(new / CHECKPOINT, "optimizer/vars/2", 1.0)
    change(new / CHECKPOINT, KERNEL.replace("converter", "network"), 1.0)
    scores = json.loads((new / SCORES).read_text())
    scores["similarity"]["system"]["normalized_similarity"] = 0.625
    (new / SCORES).write_text(json.dumps(scores))
    (new / "history.csv").write_text("epoch,loss\n1,0.75\n2,nan\n")
    samples, rate = soundfile.read(new / "converted" / "a.wav")
    soundfile.write(new / "converted" / "a.wav", np.append(samples[:-1], samples[-1] + 2**-10), rate)
    status, lines = compare(capsys, old, new)
    expected = [
        "optimizer/vars/2: largest difference 1,",
        f"{KERNEL.replace('converter', 'network')}: largest difference 1,",
    ]
    expected += [
        "similarity/system, 3 numbers: largest difference 0.125, relative 0.25",
        "loss: largest difference 0.25, rel",
    ]
    expected += ["converted/a.wav: largest difference 0.000977"]
    assert status == 1 and len(lines) == len(expected)
    assert all(sum(text in line for line in lines) == 1 for text in expected), lines
    assert compare(capsys, old, new, "--tolerance=9")[0] == 0


def test_missing_data_fail_at_any_tolerance(runs, capsys):
    old, new = runs
    (new / "transforms.h5").unlink()
    (new / "converted" / "a.wav").unlink()
    (new / "converted" / "b.wav").write_bytes((old / "converted" / "a.wav").read_bytes())
    (new / "history.csv").write_text("epoch,loss\n1,0.5\n")
    status, lines = compare(capsys, old, new, "--tolerance=9")
    assert status == 1 and [line.split(": ")[1].split(" (")[0] for line in lines] == [
        "only in OLD",
        "shape",
        "shape",
        "only in OLD",
        "only in NEW",
    ]
    (new / CHECKPOINT).unlink()
    assert compare(capsys, old, new)[1][0] == "checkpoint: epoch-0010.weights.h5 and epoch-0009.weights.h5"
