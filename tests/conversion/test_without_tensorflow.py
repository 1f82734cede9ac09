"""`vconv convert` needs no package of the extra `train`, and gives the same bytes with any number of threads."""

import os
import subprocess
import sys

import numpy as np
import pytest
import runs
import soundfile
from voice import voice

from vconv.common.extras import EXTRAS
from vconv.training import conversion_network

HEAVY = (*EXTRAS["train"], "pkg_resources", "numba", "pandas", "torch")
SCRIPT = f"""
import sys
for package in sys.argv.pop(1).split(","):
    sys.modules[package] = None
import vconv
from vconv.commands import cli
status = cli.main(sys.argv[1:])
found = [name for name in {HEAVY} if sys.modules.get(name)]
options = cli.parser().parse_args(sys.argv[1:])
y, _ = vconv.VoiceConverter.load(options.run).convert(options.inputs[0], options.target, options.source)
print(y.tobytes().hex())
sys.exit(f"imported: {{found}}" if found else status)
"""


@pytest.fixture(scope="module")
def recording(tmp_path_factory):
    path = tmp_path_factory.mktemp("recordings") / "a.wav"
    soundfile.write(path, voice(150 * 2 ** (0.2 * np.sin(np.arange(16000) / 900))), 16000)
    return path


def convert(folder, recording, output, *more, without="tensorflow", **variables):
    """Convert a recording in a new process where the packages `without` are missing.

    Returns the bytes of the file, and of the samples before they are rounded to 16 bits.
    """
    target = folder.statistics().speakers[0]
    options = ["convert", recording, f"--run={folder.path}", f"--target={target}", f"--output={output}", *more]
    command = [sys.executable, "-W", "ignore", "-c", SCRIPT, without, *map(str, options)]
    result = subprocess.run(command, env=os.environ | variables, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
    return (output / "a.wav").read_bytes(), result.stdout.splitlines()[-1]


@pytest.mark.parametrize("name", ["convvae", "matched"])
def test_converting_needs_no_package_of_the_extra_and_the_threads_do_not_matter(
    tmp_path, small_statistics, recording, name
):
    transforms = np.zeros((3, 3, 25, 24), np.float32) if name == "matched" else None
    folder, _ = runs.untrained(tmp_path / "run", small_statistics, name, transforms=transforms)
    conversion_network.load(folder)
    source = f"--source={small_statistics.speakers[1]}"
    for more in [source], []:
        contents = [
            convert(folder, recording, tmp_path / "out", *more, OMP_NUM_THREADS=n, OPENBLAS_NUM_THREADS=n)
            for n in ("1", "3")
        ]
        assert contents[0] == contents[1]
    assert convert(folder, recording, tmp_path / "out", without=",".join(EXTRAS["train"])) == contents[0]


def test_importing_vconv_takes_no_tenth_of_a_second():
    script = (
        "import time; start = time.process_time(); import vconv; print(time.process_time() - start); "
        "import sys; assert 'numpy' not in sys.modules"
    )
    result = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert float(result.stdout) < 0.1
