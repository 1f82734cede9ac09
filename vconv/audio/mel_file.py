"""Files of mel spectrograms: .npz with their settings, or .npy without."""

import zipfile
import zlib

import numpy as np

from vconv.audio.mel import MelSettings
from vconv.common import files
from vconv.common.errors import VconvError

SUFFIXES = (".npy", ".npz")
DAMAGE = (OSError, ValueError, TypeError, KeyError, EOFError, zipfile.BadZipFile, zlib.error)  # raised by np.load


def save(path, levels_db, settings):
    """Write a mel spectrogram in dB [T, mels] and its `MelSettings` to a .npz file, whole or not at all."""

    def write_to(temporary):
        with open(temporary, "wb") as file:  # NumPy would add .npz to a name without it
            np.savez(file, mel=np.asarray(levels_db, np.float32), **settings._asdict())

    files.write(path, write_to)


def read(path, settings):
    """Read a mel spectrogram for a vocoder.

    Parameters
    ----------
    path : str or Path
        A .npz file of `save`, or a .npy file.
    settings : MelSettings
        Those of the vocoder.

    Returns
    -------
    levels_db : ndarray
        The array of the file; [T, mels] in dB if the file is right.

    Raises
    ------
    VconvError
        The file is missing or holds no mel spectrogram, or its settings are not those of the vocoder.
    """
    try:
        loaded = np.load(path, allow_pickle=False)
        if isinstance(loaded, np.ndarray):
            return loaded
        with loaded:
            file_settings = MelSettings(*(float(loaded[name]) for name in MelSettings._fields))
            levels_db = loaded["mel"]
    except DAMAGE as error:
        raise VconvError(
            f"{path}: holds no mel spectrogram ({' '.join(str(error).split())}); give a .npy file with an array "
            f"[frames, mels], or what vconv.audio.mel_file.save wrote"
        ) from error
    if file_settings.differences(settings):
        raise VconvError(
            f"{path}: does not fit the vocoder: {file_settings.differences(settings)}; compute it again with the "
            f"vocoder's settings"
        )
    return levels_db
