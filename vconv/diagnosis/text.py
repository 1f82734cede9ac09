"""A diagnosis as text and as JSON."""

import json

from vconv.diagnosis.findings import NOTE, SEVERITIES

HEADINGS = {"error": "Cannot be used", "warning": "Harms training and conversion", "note": "Worth knowing"}


def as_text(diagnosis):
    """Return a `Diagnosis` as lines of text, by severity, and a last line with the numbers."""
    lines = []
    for severity in SEVERITIES:
        chosen = [one for one in diagnosis.findings if one.severity == severity]
        if chosen:
            lines += [f"{HEADINGS[severity]} ({len(chosen)}):"]
            lines += [f"  {one.sentence()} [{one.kind}]" for one in chosen] + [""]
    return "\n".join([*lines, numbers(diagnosis)])


def numbers(diagnosis):
    """Return in words how much was examined and how much was found."""
    examined = f"{diagnosis.recordings} recordings, {diagnosis.seconds / 60:.1f} minutes"
    return f"{examined}: {len(diagnosis.findings) or 'no'} findings"


def as_json(diagnosis):
    """Return a `Diagnosis` as JSON: numbers, and a list of findings with the fields of `Finding`."""
    rows = [one._asdict() | {"path": str(one.path) if one.path else None} for one in diagnosis.findings]
    rows = [row | {"seconds": None if row["seconds"] is None else round(float(row["seconds"]), 3)} for row in rows]
    numbers = {"recordings": diagnosis.recordings, "seconds": round(diagnosis.seconds, 2)}
    return json.dumps(numbers | {"findings": rows}, indent=2) + "\n"


def harmful(diagnosis):
    """Return whether a `Diagnosis` has a finding that is more than a note."""
    return any(one.severity != NOTE for one in diagnosis.findings)
