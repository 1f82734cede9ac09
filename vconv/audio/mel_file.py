"""Mel spectrograms in files: .npz with the settings that made them, or bare .npy."""

import zipfile

import numpy as np

from vconv.audio.mel import MelSettings
from vconv.common import files
from vconv.common.errors import VconvError

SUFFIXES = (".npy", ".npz")


def save(path, levels_db, settings):
    """Write a mel spectrogram [T, mels] and its `MelSettings` to a .npz file, whole or not at all."""

    def write_to(temporary):
        with open(temporary, "wb") as file:  # given a name, NumPy would add .npz to some
            np.savez(file, mel=np.asarray(levels_db, np.float32), **settings._asdict())

    files.write(path, write_to)


def read(path, settings):
    """Return the mel spectrogram in dB [T, mels] of a file that `save` wrote, or of a .npy file, for a vocoder.

    Raises
    ------
    VconvError
        The file is missing or no such array, or says that it was made with other than the vocoder's `settings`.
    """
    try:
        loaded = np.load(path, allow_pickle=False)
        if isinstance(loaded, np.ndarray):
            return loaded
        with loaded:
            found = MelSettings(*(loaded[name].item() for name in MelSettings._fields))
            levels_db = loaded["mel"]
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
        raise VconvError(
            f"{path}: holds no mel spectrogram ({' '.join(str(error).split())}); give a .npy file with an array "
            f"[frames, mels], or what vconv.audio.mel_file.save wrote"
        ) from error
    if found.differences(settings):
        raise VconvError(
            f"{path}: does not fit the vocoder: {found.differences(settings)}; compute it again with the "
            f"vocoder's settings"
        )
    return levels_db
