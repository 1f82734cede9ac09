"""The packages of the extra `train`, which converting does without, and the sentence if one is missing."""

import contextlib

from vconv.common.errors import VconvError

TRAIN = ("keras", "librosa", "markupsafe", "matplotlib", "onnx", "scipy", "sklearn", "tensorboard", "tensorflow")


@contextlib.contextmanager
def needed_for(purpose):
    """Turn the failed import in the block of a package of the extra `train` into a VconvError.

    Parameters
    ----------
    purpose : str
        The beginning of the sentence: what needs the package.
    """
    try:
        yield
    except ModuleNotFoundError as error:
        package = (error.name or "").partition(".")[0]
        if package not in TRAIN:
            raise
        raise VconvError(
            f"{purpose} needs {package}, which is not installed; run: pip install 'vconv[train]'"
        ) from error
