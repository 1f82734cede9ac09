"""Read spectrogram patches and their labels from .npy files."""

from pathlib import Path
from zipfile import BadZipFile

import numpy as np

from vconv.common.errors import VconvError


def read_patches(path, fewest):
    """Read a set of patches.

    Parameters
    ----------
    path : str or Path
        A .npy file of numbers, [n, height, width] or [n, height, width, channels], or a folder of such files, which are
        concatenated in the order of their names. The height is the frequency axis.
    fewest : int
        Minimum number of patches.

    Returns
    -------
    patches : ndarray [n, height, width, channels], float32
        A file without a channel axis has one channel.

    Raises
    ------
    VconvError
        A file is missing, not a .npy file, of another shape, or contains NaN or infinity; or there are too few patches.
    """
    path = Path(path)
    files = sorted(path.glob("*.npy")) if path.is_dir() else [path]
    if not files:
        raise VconvError(f"{path}: holds no .npy file; name a folder of patches, or a file")
    sets = [_patches(file) for file in files]
    for file, patches in zip(files, sets, strict=True):
        check_shape(file, patches, sets[0])
    patches = np.concatenate(sets)
    if len(patches) < fewest:
        raise VconvError(f"{path}: holds {len(patches)} patches, and the measures need {fewest} or more; give more")
    return patches


def read_labels(path, patches):
    """Read the labels [n], integers or strings, of `patches` [n, ...] from a .npy file.

    Raises
    ------
    VconvError
        The file is missing, not a .npy file, or does not contain one integer or string for each patch.
    """
    labels = _load(path)
    if labels.shape != (len(patches),) or labels.dtype.kind not in "iuU":
        raise VconvError(
            f"{path}: holds {labels.dtype} of shape {list(labels.shape)}; give a whole number or a text "
            f"for each of the {len(patches)} training patches, shape [{len(patches)}]"
        )
    return labels


def check_shape(path, patches, others):
    """Raise a VconvError about `path` unless its patches have the same shape as `others`."""
    if patches.shape[1:] != others.shape[1:]:
        raise VconvError(
            f"{path}: holds patches of shape {list(patches.shape[1:])} (height, width, channels), and "
            f"{list(others.shape[1:])} is needed; give patches of one shape"
        )


def _patches(path):
    """Return the patches of one file with a channel axis."""
    patches = _load(path)
    if patches.dtype.kind not in "fiu" or patches.ndim not in (3, 4) or not all(patches.shape[1:]):
        raise VconvError(
            f"{path}: holds {patches.dtype} of shape {list(patches.shape)}; give numbers of shape "
            "[patches, height, width] or [patches, height, width, channels]"
        )
    patches = patches.astype(np.float32)
    if not np.isfinite(patches).all():
        raise VconvError(f"{path}: holds NaN or infinity; give finite patches")
    return patches[..., None] if patches.ndim == 3 else patches


def _load(path):
    """Return the array of a .npy file."""
    try:
        array = np.load(path, allow_pickle=False)
    except FileNotFoundError as error:
        raise VconvError(f"{path}: there is no such file; name a .npy file") from error
    except (ValueError, EOFError, BadZipFile) as error:  # text, a truncated file, or pickled objects
        raise VconvError(f"{path}: is no .npy file of numbers, or a damaged one; write it by numpy.save") from error
    if not isinstance(array, np.ndarray):  # a .npz
        array.close()
        raise VconvError(f"{path}: is an archive of arrays; write one array by numpy.save")
    return array
