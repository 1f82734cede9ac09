"""The packages of the extras, which converting files does without, and the sentence if one is missing."""

import contextlib

from vconv.common.errors import VconvError

EXTRAS = {
    "train": ("keras", "librosa", "markupsafe", "matplotlib", "onnx", "scipy", "sklearn", "tensorboard", "tensorflow"),
    "live": ("sounddevice",),
    "demo": ("starlette", "uvicorn", "websockets"),
    "dask": ("distributed",),
}


@contextlib.contextmanager
def needed_for(purpose):
    """Turn the failed import in the block of a package of an extra into a VconvError.

    Parameters
    ----------
    purpose : str
        The beginning of the sentence: what needs the package.
    """
    try:
        yield
    except ModuleNotFoundError as error:
        package = (error.name or "").partition(".")[0]
        extra = next((extra for extra, packages in EXTRAS.items() if package in packages), None)
        if extra is None:
            raise
        raise VconvError(
            f"{purpose} needs {package}, which is not installed; run: pip install 'vconv[{extra}]'"
        ) from error
