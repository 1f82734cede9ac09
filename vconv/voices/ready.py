"""The voices that ship, and what `--run` means: a run folder, a voice file, or the name of a ready voice."""

from importlib.resources import files
from pathlib import Path

from vconv.common.errors import VconvError
from vconv.training.run_folder import RunFolder
from vconv.voices.voice_file import SUFFIX, VoiceFile


def names():
    """Return the names of the ready voices, sorted."""
    return sorted(Path(entry.name).stem for entry in files(__package__).iterdir() if entry.name.endswith(SUFFIX))


def open_run(run):
    """Return the `RunFolder` or `VoiceFile` that a text or path means.

    An existing folder is a run folder, an existing file a voice file. Anything else is the name of a ready voice.

    Raises
    ------
    VconvError
        There is no such folder, file or ready voice, or the file is no voice file.
    """
    path = Path(run)
    if path.is_dir():
        return RunFolder(path)
    if path.is_file():
        return VoiceFile(path)
    if str(run) in names():
        return VoiceFile(Path(str(files(__package__) / f"{run}{SUFFIX}")))
    known = ", ".join(names()) or "none is installed"
    raise VconvError(
        f"{run}: does not exist, and no ready voice has this name; give the folder that `vconv train --run` made, a "
        f"{SUFFIX} file, or a ready voice: {known}"
    )
