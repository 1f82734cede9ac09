"""A corpus or a folder → what is wrong with its recordings."""

from pathlib import Path
from typing import NamedTuple

from tqdm import tqdm

from vconv.audio import folder
from vconv.common.errors import VconvError
from vconv.common.workers import available_cores, worker_pool
from vconv.corpus import patterns
from vconv.corpus.recordings import Corpus
from vconv.diagnosis import duplicates, rates, sounds, voices
from vconv.diagnosis.examination import examine
from vconv.diagnosis.findings import by_severity
from vconv.diagnosis.speakers import speakers

PATTERNS = "{speaker}/{utterance}", "{utterance}"


class Diagnosis(NamedTuple):
    """Result of an examination.

    Attributes
    ----------
    findings : list of Finding
        Most severe first.
    recordings : int
        That were examined.
    seconds : float
        Of those that can be used.
    speakers : list of speakers.Speaker
    """

    findings: list
    recordings: int
    seconds: float
    speakers: list


def recordings_of(corpus, corpus_dir=None):
    """Return (speaker, path) of each recording of a corpus.yaml or a folder, sorted, and notes on what is left out.

    A folder is read by the corpus.yaml in it. Without one each of its folders is a speaker, or else all its recordings
    are of one speaker. `corpus_dir` replaces the folder that corpus.yaml names.

    Raises
    ------
    VconvError
        As of `Corpus`, the folder is missing or holds no recordings, or `corpus_dir` is given without a corpus.yaml.
    """
    corpus = Path(corpus)
    if not corpus.is_dir() or (corpus / "corpus.yaml").is_file():
        loaded = Corpus.load(corpus / "corpus.yaml" if corpus.is_dir() else corpus, corpus_dir=corpus_dir)
        return [(one.speaker, one.path) for one in loaded.utterances], loaded.notes
    if corpus_dir:
        raise VconvError(f"{corpus}: holds no corpus.yaml, whose recordings --corpus-dir names; leave --corpus-dir out")
    for pattern in PATTERNS:
        found = patterns.find(corpus, pattern)
        if found.files:
            return [(speaker, path) for speaker, _, path in found.files], patterns.left_out(corpus, [found])
    folder.audio_files(corpus)  # tells what it holds instead
    raise VconvError(f"{corpus}: holds no recordings that can be read; name a folder with recordings or a corpus.yaml")


def diagnose(recordings, jobs=None, progress=True):
    """Examine recordings in worker processes, and compare them.

    Parameters
    ----------
    recordings : list of (speaker, path)
    jobs : int, optional
        Number of processes; the number of cores when left out.
    progress : bool
        Show a progress bar on the standard error stream.

    Returns
    -------
    Diagnosis

    Raises
    ------
    VconvError
        A worker was killed.
    """
    findings, summaries = [], []
    with worker_pool(min(jobs or available_cores(), max(len(recordings), 1))) as pool:
        futures = [pool.submit(examine, path, speaker) for speaker, path in recordings]
        for future in tqdm(futures, unit="file", desc="doctor", disable=None if progress else True):
            found, summary = future.result()
            findings += found
            summaries += [summary] if summary else []
    findings += compared(summaries)
    return Diagnosis(by_severity(findings), len(recordings), sum(one.seconds for one in summaries), speakers(summaries))


def compared(summaries):
    """Return the findings that need several `Summary`s: copies, sample rates, voices, sounds."""
    if not summaries:
        return []
    findings = duplicates.duplicated(summaries) + rates.mixed(summaries) + sounds.few_in_common(summaries)
    for speaker in sorted({one.speaker for one in summaries}):
        own = [one for one in summaries if one.speaker == speaker]
        findings += [*voices.of_speaker(speaker, own), sounds.whispered(speaker, own)]
    return [one for one in findings if one]
