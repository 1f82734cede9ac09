"""Every command in an environment that suits none: no home, a notebook's variables, an ASCII terminal, no network."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import tiny as tiny_corpus

from vconv.commands.cli import COMMANDS

# One process for all commands, because the import of TensorFlow takes seconds.
PROGRAM = """
import json, sys
from vconv.commands import cli
import quick
statuses = {}
for name, *arguments in json.loads(sys.argv[1]):
    if name == "train":
        with quick.eager(), quick.light_epochs():
            statuses[name] = cli.main([name, *arguments])
    else:
        statuses[name] = cli.main([name, *arguments])
print("statuses " + json.dumps(statuses))
"""
TESTS = Path(__file__).parents[1]


def commands(tiny, folder):
    """Return a call of each command, as lists of arguments."""
    corpus, run, converted = folder / "corpus.yaml", folder / "run", folder / "converted"
    features, samples, page = folder / "dump" / "features.h5", folder / "samples.npy", folder / "page.html"
    wav = tiny.evaluation / "bob" / "é 1.wav"
    systems = [f"--system={speaker}={tiny.evaluation / speaker}" for speaker in ("bob", "Zoë M")]
    pair = [f"--run={run}", "--pairs=bob-Zoë M"]
    return [
        ["info", "convvae"],
        ["init", folder / "recipe", f"--recordings={tiny.folder / 'recordings'}", "--jobs=1"],
        ["doctor", corpus, "--jobs=1"],
        ["download", f"--corpus={corpus}", f"--output={folder / 'downloads'}"],
        ["extract", f"--corpus={corpus}", "--jobs=1"],
        ["statistics", f"--features={features}"],
        ["match", f"--corpus={corpus}"],
        ["train", "convvae", f"--corpus={corpus}", f"--run={run}", *tiny_corpus.SET],
        ["convert", *pair, f"--output={converted}", "--format=ogg"],
        ["stream", f"--run={run}", "--target=bob"],
        ["live", f"--run={run}"],
        ["demo", f"--run={run}", "--host=192.0.2.1", "--no-browser"],  # an address that no machine has
        ["evaluate", *pair, f"--converted={converted}", "--jobs=1", "--without-neural"],
        ["report", *pair],
        ["vocode", wav, "--vocoder=griffin-lim", f"--output={folder / 'vocoded'}"],
        ["export", f"--run={run}", "--format=tflite", f"--output={folder / 'exported'}"],
        ["generate", f"--run={run}", f"--output={folder / 'generated'}"],
        ["evaluate-samples", f"--generated={samples}", f"--training={samples}", f"--pictures={folder}"],
        ["listening-test", "build", *systems, f"--output={page}"],
        ["voices"],
        ["adapt", "--run=sample", "--speaker=Ann", tiny.evaluation / "bob"],
        ["inspect-upsampling", "convvae", f"--picture={folder / 'taps.png'}"],
    ]


@pytest.fixture
def hostile(tmp_path):
    """The variables of a process for which nothing is as it should be."""
    (tmp_path / "keras").mkdir()
    keras = {"floatx": "float16", "backend": "torch", "image_data_format": "channels_first", "epsilon": 1e-3}
    (tmp_path / "keras" / "keras.json").write_text(json.dumps(keras))
    (tmp_path / "matplotlibrc").write_text("text.usetex: True\n")
    (tmp_path / "tmp").mkdir()
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("XDG_", "MPL", "NUMBA_"))}
    return kept | {
        "PYTHONPATH": os.pathsep.join(map(str, (TESTS, TESTS.parent))),
        "PYTHONIOENCODING": "ascii:strict",
        "LC_ALL": "C",
        "COLUMNS": "20",
        "HOME": "/dev/null/home",
        "TMPDIR": str(tmp_path / "tmp"),
        "MPLBACKEND": "module://matplotlib_inline.backend_inline",
        "MATPLOTLIBRC": str(tmp_path / "matplotlibrc"),
        "KERAS_BACKEND": "torch",
        "KERAS_HOME": str(tmp_path / "keras"),
        "KERAS_MAX_EPOCHS": "1",
        "http_proxy": "http://127.0.0.1:9",
    }


@pytest.mark.slow
def test_every_command_does_its_work_or_ends_with_one_sentence(tiny, tmp_path, hostile):
    (tmp_path / "corpus.yaml").write_text(
        f"root: '{tiny.folder / 'recordings'}'\n{tiny_corpus.CORPUS.partition(chr(10))[2]}"
        "download: [{url: 'http://example.org/a.zip'}]\n",
        encoding="utf-8",
    )
    np.save(tmp_path / "samples.npy", np.random.default_rng(0).uniform(-1, 1, (40, 8, 8)))
    calls = [list(map(str, call)) for call in commands(tiny, tmp_path)]
    assert sorted({call[0] for call in calls}) == sorted(COMMANDS)
    result = subprocess.run(
        [sys.executable, "-c", PROGRAM, json.dumps(calls)],
        env=hostile,
        cwd=tmp_path / "tmp",
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
    )
    assert result.returncode == 0 and "Traceback" not in result.stderr, result.stderr
    statuses = json.loads(result.stdout.rpartition("statuses ")[2])
    refused = {name: status for name, status in statuses.items() if status}
    assert refused.pop("doctor") == 1, "the recordings are short"
    assert refused == {"download": 2, "live": 2, "demo": 2, "export": 2, "generate": 2, "adapt": 2}, result.stderr
    sentences = [line for line in result.stderr.splitlines() if line.startswith("vconv: ")]
    assert len(sentences) == len(refused), result.stderr
    expected = "cannot be reached", "--target is missing", "cannot be opened", "holds a convvae", "holds a convvae"
    expected = *expected, "holds no codebook"
    assert all(words in sentence for words, sentence in zip(expected, sentences, strict=True)), sentences
    assert json.loads((tmp_path / "run" / "scores.json").read_text())["failures"] == []
    assert len((tmp_path / "run" / "history.csv").read_text().splitlines()) == 3, "two epochs, whatever Keras is told"
