"""The environment that libraries read at their import: Keras, Matplotlib, caches; and the standard streams."""

import os
import stat
import subprocess
import sys
import tempfile

import pytest

from vconv.common import environment

# Python runs it at the beginning of every process. Root may write anywhere, so these packages refuse by themselves.
READ_ONLY = """
import errno, os
make = os.makedirs
def makedirs(name, *arguments, **options):
    if "site-packages" in str(name):
        raise OSError(errno.EROFS, os.strerror(errno.EROFS), str(name))
    make(name, *arguments, **options)
os.makedirs = makedirs
"""
NOTHING = "/dev/null/home"  # cannot be written, even by root


@pytest.fixture
def variables(monkeypatch, tmp_path):
    """The environment variables, restored after the test; temporary files go to a folder of the test."""
    monkeypatch.setattr(os, "environ", dict(os.environ))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return os.environ


def test_keras_gets_the_backend_and_none_of_the_users_settings(variables):
    variables |= {"KERAS_BACKEND": "torch", "KERAS_HOME": "/mine", "KERAS_MAX_EPOCHS": "1", "KERAS_NNX_ENABLED": "1"}
    environment.prepare()
    folder = f"{variables['XDG_CACHE_HOME']}/vconv/keras"
    assert {name: value for name, value in variables.items() if name.startswith("KERAS")} == {
        "KERAS_BACKEND": "tensorflow",
        "KERAS_HOME": folder,
    }


def test_the_backend_of_a_notebook_is_dropped_where_it_is_not_installed(variables):
    for backend, kept in ("module://no_such_package.backend", False), ("module://email.mime", True), ("svg", True):
        variables["MPLBACKEND"] = backend
        environment.prepare()
        assert variables.get("MPLBACKEND") == (backend if kept else None)


@pytest.mark.parametrize("home, cache", [(NOTHING, None), ("~", None), (NOTHING, NOTHING)])
def test_without_a_folder_for_caches_one_of_this_user_alone_is_made(variables, tmp_path, home, cache):
    variables["HOME"] = home
    variables.pop("XDG_CACHE_HOME", None)
    variables |= {"XDG_CACHE_HOME": cache} if cache else {}
    environment.prepare()
    folder = tmp_path / f"vconv-cache-{os.getuid()}"
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert variables["XDG_CACHE_HOME"] == str(folder) and variables["MPLCONFIGDIR"] == str(folder / "matplotlib")
    environment.prepare()
    assert variables["XDG_CACHE_HOME"] == str(folder)


def test_a_folder_that_someone_else_could_write_is_not_used(variables, tmp_path):
    """numba executes what it finds in its cache."""
    (tmp_path / "theirs").mkdir()
    (tmp_path / f"vconv-cache-{os.getuid()}").symlink_to(tmp_path / "theirs")
    variables["XDG_CACHE_HOME"] = NOTHING
    environment.prepare()
    assert variables["XDG_CACHE_HOME"].startswith(str(tmp_path / "vconv-cache-"))
    assert os.path.isdir(variables["XDG_CACHE_HOME"]) and not os.path.islink(variables["XDG_CACHE_HOME"])


def test_a_folder_for_caches_that_can_be_written_stays(variables, tmp_path):
    variables.pop("MPLCONFIGDIR", None)
    for cache in (tmp_path, tmp_path / "not" / "made"):
        variables["XDG_CACHE_HOME"] = str(cache)
        environment.prepare()
        assert variables["XDG_CACHE_HOME"] == str(cache) and "MPLCONFIGDIR" not in variables
    assert os.listdir(tmp_path) == []


def test_the_command_draws_without_a_window_and_librosa_caches_nothing(variables):
    variables |= {"MPLBACKEND": "widget", "MATPLOTLIBRC": "/mine", "LIBROSA_CACHE_DIR": NOTHING}
    environment.prepare_command()
    assert variables["MPLBACKEND"] == "agg" and os.path.isfile(variables["MATPLOTLIBRC"])
    assert "LIBROSA_CACHE_DIR" not in variables


def test_matplotlib_is_imported_with_the_variables_of_a_notebook_and_without_a_home():
    hostile = {"HOME": NOTHING, "XDG_CACHE_HOME": "", "MPLBACKEND": "module://matplotlib_inline.backend_inline"}
    result = subprocess.run(
        [sys.executable, "-c", "import vconv.common.plots"], env=os.environ | hostile, capture_output=True, text=True
    )
    assert result.returncode == 0 and result.stderr == "", result


def test_numba_finds_a_cache_for_packages_that_are_read_only_and_without_a_home(tmp_path):
    """librosa compiles by numba when it is imported."""
    packages = tmp_path / "site-packages"
    (packages / "mine").mkdir(parents=True)
    (packages / "sitecustomize.py").write_text(READ_ONLY)
    (packages / "mine" / "compiled.py").write_text("import numba\n@numba.njit(cache=True)\ndef one():\n    return 1\n")
    hostile = {"HOME": NOTHING, "XDG_CACHE_HOME": "", "NUMBA_CACHE_DIR": "", "TMPDIR": str(tmp_path)}
    hostile["PYTHONPATH"] = os.pathsep.join([str(packages), *sys.path])
    script = [sys.executable, "-c", "import vconv; from mine import compiled; print(compiled.one())"]
    result = subprocess.run(script, env=os.environ | hostile, capture_output=True, text=True)
    assert (result.returncode, result.stdout) == (0, "1\n"), result
    assert list(tmp_path.glob("vconv-cache-*/numba/**/*.nbi"))
