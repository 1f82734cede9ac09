"""What an interrupted preparation has finished: a line of JSON for each recording, appended when it is done."""

import contextlib
import json
from pathlib import Path

from vconv.common import files
from vconv.preparation.utterances import Prepared, Segment, path_of

NAME = ".finished.jsonl"


class Progress:
    """The finished recordings of a prepared folder.

    Parameters
    ----------
    folder : Path
        The prepared folder.
    rate : int
        Of the utterances, in Hz.

    Attributes
    ----------
    rate : int
    done : dict
        Path of a recording, below the folder it came from → its line: speaker, size, time and `Prepared`.
    """

    def __init__(self, folder, rate):
        self._path, self._utterances, self.rate = folder / NAME, folder / "recordings", rate
        self.done = {}
        for line in self._path.read_text(encoding="utf-8").splitlines() if self._path.exists() else ():
            with contextlib.suppress(ValueError):  # the last line of a killed process
                entry = json.loads(line)
                self.done[entry["recording"]] = entry

    def start(self):
        """Make the folder, and mark it as one that is being prepared."""
        with files.writing(self._path):
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._path.touch()

    def prepared(self, source, root):
        """Return the `Prepared` of a source that is finished and unchanged, else None."""
        entry = self.done.get(_relative(source, root))
        if entry is None or {key: entry[key] for key in self._identity(source)} != self._identity(source):
            return None
        found = Prepared(entry["seconds"], [Segment(*row) for row in entry["segments"]], entry["notes"])
        is_there = all(self._file(entry, segment.name).is_file() for segment in found.segments)
        return found if is_there else None

    def forget(self, source, root):
        """Remove the utterances that were made of an earlier state of a source."""
        entry = self.done.pop(_relative(source, root), None)
        for row in entry["segments"] if entry else ():
            self._file(entry, row[0]).unlink(missing_ok=True)

    def add(self, source, root, prepared):
        """Note that a source is finished."""
        entry = {"recording": _relative(source, root)} | self._identity(source)
        entry |= {"seconds": prepared.seconds, "segments": prepared.segments, "notes": prepared.notes}
        self.done[entry["recording"]] = entry
        with files.writing(self._path), open(self._path, "a", encoding="utf-8") as file:
            file.write("\n" + json.dumps(entry, ensure_ascii=False))  # also after half a line of a killed process

    def _identity(self, source):
        """Return what must be equal so that a source need not be prepared again."""
        status = source.path.stat()
        return {
            "speaker": source.speaker,
            "name": source.name,
            "rate": self.rate,
            "bytes": status.st_size,
            "modified_ns": status.st_mtime_ns,
        }

    def _file(self, entry, name):
        """Return the file of an utterance."""
        return path_of(self._utterances / entry["speaker"], name)


def _relative(source, root):
    """Return the path of a source below `root`, the same on all systems."""
    return Path(source.path).relative_to(root).as_posix()
