"""The environment of the process: what the user's variables, folders and streams must not change.

Libraries read it when they are imported, so it is set before. `prepare` runs when `vconv` is imported,
`prepare_command` when the command begins.
"""

import contextlib
import io
import os
import stat
import sys
from importlib.util import find_spec
from pathlib import Path

NOTEBOOK = "module://"  # begins the names of Matplotlib's backends that are modules, such as those of notebooks


def prepare():
    """Choose a folder for caches that can be written, Keras' backend with its own settings, and Matplotlib's backend.

    The user's ~/.keras/keras.json is not read.
    """
    cache = _find_cache()
    for name in [name for name in os.environ if name.startswith("KERAS_")]:
        del os.environ[name]
    os.environ |= {"KERAS_BACKEND": "tensorflow", "KERAS_HOME": str(cache / "vconv" / "keras")}
    backend = os.environ.get("MPLBACKEND", "")
    # Programs that a notebook starts inherit its backend, but may have another Python, without that module.
    if backend.startswith(NOTEBOOK) and not find_spec(backend.removeprefix(NOTEBOOK).partition(".")[0]):
        del os.environ["MPLBACKEND"]


def prepare_command():
    """Let Matplotlib draw without a window and the user's style, and standard streams take every character."""
    if matplotlib := find_spec("matplotlib"):  # of the extra `train`
        style = Path(matplotlib.origin).with_name("mpl-data") / "matplotlibrc"
        os.environ |= {"MPLBACKEND": "agg", "MATPLOTLIBRC": str(style)}
    os.environ.pop("LIBROSA_CACHE_DIR", None)  # librosa cannot be imported if it cannot be written
    if None in (sys.stdin, sys.stdout, sys.stderr):
        _open_streams()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def flush_streams():
    """Flush the standard streams; what cannot be written is dropped, so that Python's last flush does not fail."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def _open_streams():
    """Open standard streams that are closed on the null device, so that no file gets their descriptors."""
    while (descriptor := os.open(os.devnull, os.O_RDWR)) <= 2:
        pass
    os.close(descriptor)
    for name, mode in ("stdin", "r"), ("stdout", "w"), ("stderr", "w"):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))


def _find_cache():
    """Return the user's folder for caches, or set one in the folder for temporary files if it cannot be written.

    Matplotlib, numba and the neural metrics use the same variable.
    """
    cache = Path(os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache"))
    if not _writable(cache):
        with contextlib.suppress(OSError):
            cache = _private_folder()
            os.environ["XDG_CACHE_HOME"] = str(cache)
            os.environ.setdefault("MPLCONFIGDIR", str(cache / "matplotlib"))
    return cache


def _writable(folder):
    """Return whether `folder` can be written, or made if it is missing."""
    if not folder.is_absolute():  # "~" when the user has no home
        return False
    with contextlib.suppress(OSError):
        while not folder.exists():
            folder = folder.parent
        return os.access(folder, os.W_OK | os.X_OK)
    return False


def _private_folder():
    """Return a folder for temporary files that belongs to this user alone, because numba executes what it holds."""
    import tempfile

    folder = Path(tempfile.gettempdir()) / f"vconv-cache-{os.getuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    found = folder.lstat()
    if stat.S_ISDIR(found.st_mode) and found.st_uid == os.getuid():
        return folder
    return Path(tempfile.mkdtemp(prefix="vconv-cache-"))
