"""Evaluation of recordings by all measures, in parallel processes. Natural recordings are analyzed only once."""

from concurrent.futures import as_completed
from typing import NamedTuple

from tqdm import tqdm

from vconv.common.errors import VconvError, reason
from vconv.common.workers import available_cores, worker_pool
from vconv.evaluation import similarity
from vconv.evaluation.protocols import MCD24
from vconv.evaluation.recordings import Recordings
from vconv.evaluation.score_table import SYSTEMS, Additions, RecordingKey, ScoreTable
from vconv.evaluation.sentence import Sentence, measure


class Evaluation(NamedTuple):
    """The scores of recordings.

    Attributes
    ----------
    recordings : Recordings
    protocols : list of Protocol
        Whose distortion was measured.
    scores : ScoreTable
    failures, notes : list of str
        Recordings that could not be measured, and remarks for the reader of the scores, a sentence each.
    seed : int
    """

    recordings: Recordings
    protocols: list
    scores: ScoreTable
    failures: list
    notes: list
    seed: int


def evaluate(recordings, protocols=(MCD24,), jobs=None, cache=None, seed=0, neural_metrics=()):
    """Measure recordings.

    Parameters
    ----------
    recordings : Recordings
    protocols : list of Protocol
        Whose distortion is measured.
    jobs : int, optional
        Number of processes; one for each core if left out.
    cache : str or Path, optional
        Folder that keeps the analyses of natural recordings.
    seed : int
        Of the mixtures.
    neural_metrics : list of callable
        (recordings, keys) → Additions; see the module `neural_metrics`. A note names a metric that cannot be loaded.

    Returns
    -------
    Evaluation

    Raises
    ------
    VconvError
        No converted recording could be measured.
    """
    with worker_pool(min(jobs or available_cores(), len(recordings.sentences()))) as pool:
        measured, failures = _measure_sentences(pool, recordings, protocols, cache)
        failures = recordings.failures + failures
        if not any(key.system == "converted" for key in measured):
            raise VconvError(f"nothing could be measured; the first reason: {failures[0]}")
        scores = ScoreTable({key: recording.scores for key, recording in measured.items()})
        notes = recordings.notes + _single_recordings(recordings, measured)
        cepstra = {key: recording.cepstra for key, recording in measured.items()}
        additions = _likelihood_ratios(pool, recordings, cepstra, seed)
        scores, notes = scores.extended(additions), notes + additions.failures
    for metric in neural_metrics:
        try:
            additions = metric(recordings, list(measured))
        except VconvError as error:
            notes = [*notes, f"not measured: {error}"]
        else:
            scores, failures = scores.extended(additions), failures + additions.failures
    return Evaluation(recordings, list(protocols), scores, failures, notes, seed)


def _measure_sentences(pool, recordings, protocols, cache):
    """Return ({RecordingKey: MeasuredRecording} in the order of pairs, systems and sentences, failures)."""
    sentences = [
        Sentence(
            name,
            {speaker: files[name] for speaker, files in recordings.natural.items() if name in files},
            {(pair.source, pair.target): pair.converted.get(name) for pair in recordings.pairs},
            recordings.settings,
            list(protocols),
            cache and str(cache),
        )
        for name in recordings.sentences()
    ]
    futures = [pool.submit(measure, sentence) for sentence in sentences]
    for _ in tqdm(as_completed(futures), total=len(futures), unit="sentence", desc="evaluate", disable=None):
        pass
    found = {sentence.name: future.result() for sentence, future in zip(sentences, futures, strict=True)}
    measured = {
        RecordingKey(str(pair), system, name): of_sentence.recordings[pair.source, pair.target, system]
        for pair in recordings.pairs
        for system in SYSTEMS
        for name, of_sentence in found.items()
        if (pair.source, pair.target, system) in of_sentence.recordings
    }
    return measured, [failure for of_sentence in found.values() for failure in of_sentence.failures]


def _single_recordings(recordings, measured):
    """Return a note for each pair that has a single converted recording."""
    converted = [key.pair for key in measured if key.system == "converted"]
    return [
        f"{pair}: has a single converted recording, so nothing has an interval"
        for pair in recordings.pairs
        if converted.count(str(pair)) == 1
    ]


def _likelihood_ratios(pool, recordings, cepstra, seed):
    """Return the `Additions` of log_likelihood_ratio.

    Parameters
    ----------
    pool : Executor
    recordings : Recordings
    cepstra : dict
        RecordingKey → mel-cepstra [T, 24].
    seed : int
        Of the mixtures.
    """
    futures, values, failures = {}, {}, []
    for pair in recordings.pairs:
        of_pair = {key: frames for key, frames in cepstra.items() if key.pair == str(pair)}
        natural = {
            speaker: {key.sentence: frames for key, frames in of_pair.items() if key.system == system}
            for speaker, system in ((pair.source, "source"), (pair.target, "target"))
        }
        probes = {key: (key.sentence, frames) for key, frames in of_pair.items()}
        futures[str(pair)] = pool.submit(
            similarity.frame_log_likelihood_ratios, natural, probes, pair.source, pair.target, seed
        )
    for pair, future in futures.items():
        try:
            ratios = future.result()
        except Exception as error:  # often too few recordings to train the mixtures
            failures.append(f"{pair}: no log-likelihood ratio: {reason(error)}")
        else:
            values |= {key: {"log_likelihood_ratio": ratio} for key, ratio in ratios.items()}
    return Additions(values, failures)
