"""A corpus or a folder → what is wrong with its recordings."""

import math
from pathlib import Path
from typing import NamedTuple

from tqdm import tqdm

from vconv.common.errors import VconvError
from vconv.common.workers import available_cores, worker_pool
from vconv.corpus.recordings import Corpus
from vconv.diagnosis import duplicates, rates, sounds, voices
from vconv.diagnosis.examination import examine
from vconv.diagnosis.findings import by_severity
from vconv.diagnosis.purpose import Purpose
from vconv.diagnosis.speakers import speakers
from vconv.preparation.prepare import choose_rate
from vconv.preparation.sources import find_sources


class Recordings(NamedTuple):
    """What is examined: list of (speaker, path), sorted, notes on what is left out, and what the recordings are for."""

    found: list
    notes: list
    purpose: Purpose


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


def recordings_of(corpus, corpus_dir=None, rate=None):
    """Return the `Recordings` of a corpus.yaml or a folder.

    A folder is read by the corpus.yaml in it. Without one its recordings are those of which `vconv init` makes
    utterances, so that they may have any length.

    Parameters
    ----------
    corpus : str or Path
    corpus_dir : str or Path, optional
        Replaces the folder that corpus.yaml names.
    rate : int, optional
        Of the training, in Hz; when left out that of corpus.yaml, or the one that `vconv init` chooses.

    Raises
    ------
    VconvError
        As of `Corpus` or `find_sources`, or `corpus_dir` is given without a corpus.yaml.
    """
    corpus = Path(corpus)
    if not corpus.is_dir() or (corpus / "corpus.yaml").is_file():
        loaded = Corpus.load(corpus / "corpus.yaml" if corpus.is_dir() else corpus, corpus_dir=corpus_dir)
        found = [(one.speaker, one.path) for one in loaded.utterances]
        return Recordings(found, loaded.notes, Purpose(rate or loaded.settings["sample_rate"]))
    if corpus_dir:
        raise VconvError(f"{corpus}: holds no corpus.yaml, whose recordings --corpus-dir names; leave --corpus-dir out")
    sources = find_sources(corpus)
    found = [(one.speaker, one.path) for one in sources.sources]
    return Recordings(found, sources.notes, Purpose(rate or choose_rate(sources.sources), math.inf))


def diagnose(recordings, jobs=None, progress=True):
    """Examine recordings in worker processes, and compare them.

    Parameters
    ----------
    recordings : Recordings
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
    findings, summaries, count = [], [], len(recordings.found)
    with worker_pool(min(jobs or available_cores(), max(count, 1))) as pool:
        futures = [pool.submit(examine, path, speaker, recordings.purpose) for speaker, path in recordings.found]
        for future in tqdm(futures, unit="file", desc="doctor", disable=None if progress else True):
            found, summary = future.result()
            findings += found
            summaries += [summary] if summary else []
    findings += compared(summaries, recordings.purpose)
    return Diagnosis(by_severity(findings), count, sum(one.seconds for one in summaries), speakers(summaries))


def compared(summaries, purpose):
    """Return the findings that need several `Summary`s: copies, sample rates, voices, sounds."""
    if not summaries:
        return []
    findings = duplicates.duplicated(summaries) + rates.mixed(summaries, purpose.rate) + sounds.few_in_common(summaries)
    for speaker in sorted({one.speaker for one in summaries}):
        own = [one for one in summaries if one.speaker == speaker]
        findings += [*voices.of_speaker(speaker, own), sounds.whispered(speaker, own)]
    return [one for one in findings if one]
