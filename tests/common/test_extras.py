"""The packages of the extras: the lists are those of pyproject.toml, and a missing one is one sentence."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from vconv.commands import cli
from vconv.common.errors import VconvError
from vconv.common.extras import EXTRAS, needed_for

PYPROJECT = (Path(__file__).parents[2] / "pyproject.toml").read_text(encoding="utf-8")
OTHER_NAMES = {"scikit-learn": "sklearn", "tensorflow-cpu": "tensorflow"}
NEVER_IMPORTED = {"setuptools"}


@pytest.mark.parametrize("name", EXTRAS)
def test_the_list_is_that_of_pyproject(name):
    extra = re.search(rf"^{name} = \[\n(.*?)^\]", PYPROJECT, re.M | re.S)[1]
    packages = set(re.findall(r'^\s+"([\w-]+)', extra, re.M)) - NEVER_IMPORTED
    assert {OTHER_NAMES.get(package, package) for package in packages} == set(EXTRAS[name])


def test_another_missing_module_keeps_its_traceback():
    with pytest.raises(ModuleNotFoundError), needed_for("a test"):
        import no_such_module  # noqa: F401


def test_a_missing_package_is_one_sentence():
    with pytest.raises(VconvError, match=r"^a test needs sklearn, .*; run: pip install 'vconv\[train\]'$"):
        with needed_for("a test"):
            raise ModuleNotFoundError("No module named 'sklearn.mixture'", name="sklearn.mixture")


@pytest.mark.parametrize(
    "command", ["info convvae", "inspect-upsampling convvae", "vocode x.wav --vocoder=griffin-lim --output={new}"]
)
def test_commands_that_need_tensorflow_say_what_to_install(command, monkeypatch, capsys, tmp_path):
    (tmp_path / "x.wav").touch()
    monkeypatch.chdir(tmp_path)
    for package in "tensorflow", "librosa":
        monkeypatch.setitem(sys.modules, package, None)
    assert cli.main(command.format(new=tmp_path / "new").split()) == 2
    name = command.split()[0]
    expected = f"vconv: vconv {name} needs tensorflow, which is not installed; run: pip install 'vconv[train]'\n"
    assert capsys.readouterr().err == expected


@pytest.mark.parametrize("package", ["starlette", "uvicorn", "websockets"])
def test_the_demo_says_what_to_install(package):
    code = (
        f"import sys; sys.modules[{package!r}] = None; from vconv.commands import cli; sys.exit(cli.main(sys.argv[1:]))"
    )
    command = [sys.executable, "-c", code, "demo", "--no-browser", "--port=0", "--run=sample"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    expected = f"vconv: vconv demo needs {package}, which is not installed; run: pip install 'vconv[demo]'\n"
    assert (done.returncode, done.stderr) == (2, expected)
