"""What the checks return: one fault of one recording, speaker or corpus."""

from pathlib import Path
from typing import NamedTuple

ERROR, WARNING, NOTE = "error", "warning", "note"
SEVERITIES = (ERROR, WARNING, NOTE)


class Finding(NamedTuple):
    """One fault.

    Attributes
    ----------
    kind : str
        Name of the fault, such as "clipping"; docs/doctor.md lists them.
    severity : str
        `ERROR`: cannot be used as it is; `WARNING`: harms training and conversion; `NOTE`: worth knowing.
    measured : str
        What was found, with numbers and units; the beginning of a sentence.
    remedy : str
        What to do; the end of the sentence.
    seconds : float or None
        Where the fault begins in the file; None if it is everywhere or elsewhere.
    path : Path or None
        The recording; None if the finding is about a speaker or the corpus.
    speaker : str or None
        None if the finding is about the corpus.
    """

    kind: str
    severity: str
    measured: str
    remedy: str
    seconds: float | None = None
    path: Path | None = None
    speaker: str | None = None

    def sentence(self):
        """Return the finding as one sentence."""
        subject = self.path or self.speaker
        place = "" if self.seconds is None else f" from {self.seconds:.2f} s on"
        return (f"{subject}: " if subject else "") + f"{self.measured}{place}; {self.remedy}"


def by_severity(findings):
    """Return findings sorted: most severe first, then by file."""
    return sorted(findings, key=lambda one: (SEVERITIES.index(one.severity), str(one.path or ""), one.kind))
