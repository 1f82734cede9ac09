"""The voices that ship, and what `--run` means: a run folder, a voice file, or the name of a ready voice."""

from importlib.resources import files
from pathlib import Path

from vconv.common.errors import VconvError
from vconv.training import conversion_network
from vconv.training.run_folder import RunFolder
from vconv.voices.voice_file import SUFFIX, VoiceFile


class ConvertingRun(RunFolder):
    """A run folder that converts; it has what a `VoiceFile` has for converting."""

    @property
    def name(self):
        """The name of the folder."""
        return self.path.resolve().name

    def network(self):
        """Return the `Network` of the newest checkpoint; errors as of `conversion_network.load`."""
        return conversion_network.load(self)

    def network_content(self):
        """Return the network as the bytes of an ONNX model; errors as of `conversion_network.load`."""
        return conversion_network.content(self)

    def __str__(self):
        return f"the run folder {self.path}"


def names():
    """Return the names of the ready voices, sorted."""
    return sorted(Path(entry.name).stem for entry in files(__package__).iterdir() if entry.name.endswith(SUFFIX))


def open_run(run):
    """Return the `ConvertingRun` or `VoiceFile` that a text or path means.

    An existing folder is a run folder, an existing file a voice file. Anything else is the name of a ready voice.

    Raises
    ------
    VconvError
        There is no such folder, file or ready voice, or the file is no voice file.
    """
    path = Path(run)
    if path.is_dir():
        return ConvertingRun(path)
    if path.is_file():
        return VoiceFile(path)
    if str(run) in names():
        return VoiceFile(Path(str(files(__package__) / f"{run}{SUFFIX}")))
    known = ", ".join(names()) or "none is installed"
    raise VconvError(
        f"{run}: does not exist, and no ready voice has this name; give the folder that `vconv train --run` made, a "
        f"{SUFFIX} file, or a ready voice: {known}"
    )
