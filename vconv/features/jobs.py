"""The utterances to analyze, each identified by the content of its recording."""

from pathlib import Path
from typing import NamedTuple

from vconv.common import files


class Job(NamedTuple):
    """One utterance to analyze.

    Attributes
    ----------
    key : tuple
        Identifies it: speaker, split, name, and digest of the recording; the digest of an unreadable file is empty.
    path : Path
    file_bytes, modified_ns : int
        Size of the file, and when it was written, in nanoseconds since 1970; 0 for an unreadable file.
    """

    key: tuple
    path: Path
    file_bytes: int
    modified_ns: int

    @property
    def identity(self):
        """What tells the file without reading it: speaker, split, name, size and time of writing."""
        return (*self.key[:3], self.file_bytes, self.modified_ns)


def jobs_of(utterances, known):
    """Return a `Job` for each of the `utterances` of a corpus.

    A file is not read if its digest is known.

    Parameters
    ----------
    utterances : list of corpus.recordings.Utterance
    known : dict
        (speaker, split, name, file_bytes, modified_ns) → digest.
    """
    return [_job(utterance, known) for utterance in utterances]


def digests(rows):
    """Return what `jobs_of` takes as `known` of the `StoredUtterance`s of a feature file."""
    return {(row.speaker, row.split, row.name, row.file_bytes, row.modified_ns): row.digest for row in rows}


def _job(utterance, known):
    """Return the `Job` of an utterance."""
    name = utterance.speaker, utterance.split, utterance.name
    try:
        status = utterance.path.stat()
        found = status.st_size, status.st_mtime_ns
        digest = known.get((*name, *found)) or files.digest(utterance.path)
    except OSError:  # the analysis will tell why
        found, digest = (0, 0), ""
    return Job((*name, digest), utterance.path, *found)
