"""Sample rates that differ within a speaker or between speakers."""

from collections import Counter

from vconv.diagnosis.findings import NOTE, WARNING, Finding


def mixed(summaries, training_rate):
    """Return the findings of mixed sample rates among `Summary`s: of single files, of speakers, or of the corpus.

    A file harms if its rate is below that of the training, in Hz, and below that of the speaker's other files.
    """
    usual = {}
    findings = []
    for speaker in sorted({one.speaker for one in summaries}):
        own = [one for one in summaries if one.speaker == speaker]
        usual[speaker] = Counter(one.rate for one in own).most_common(1)[0][0]
        findings += [_finding(one, usual[speaker], training_rate) for one in own if one.rate != usual[speaker]]
    if len(set(usual.values())) > 1:
        rates = ", ".join(f"{speaker} {rate} Hz" for speaker, rate in usual.items())
        findings.append(
            Finding(
                "mixed rates",
                NOTE,
                f"the speakers' recordings have different sample rates ({rates})",
                "set sample_rate in corpus.yaml to the lowest of them or less",
            )
        )
    return findings


def _finding(one, usual, training_rate):
    """Return the finding of a recording whose rate is not the usual one of its speaker, in Hz."""
    return Finding(
        "mixed rates",
        WARNING if one.rate < min(usual, training_rate) else NOTE,
        f"has a sample rate of {one.rate} Hz, and most of {one.speaker}'s recordings have {usual} Hz",
        "check that it was made with the same microphone and program as the others",
        path=one.path,
        speaker=one.speaker,
    )
