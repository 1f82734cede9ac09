"""Measuring systems: every recording by every measure at hand, in parallel, natural recordings only once."""

from concurrent.futures import as_completed
from typing import NamedTuple

from tqdm import tqdm

from vconv.common.errors import VconvError
from vconv.common.workers import available_cores, worker_pool
from vconv.evaluation import similarity
from vconv.evaluation.protocols import MCD24
from vconv.evaluation.scores import SYSTEMS
from vconv.evaluation.sentence import Sentence, measure


class Evaluation(NamedTuple):
    """What was measured.

    Attributes
    ----------
    recordings : Recordings
    protocols : list of Protocol
    rows : dict
        {"SRC-TGT": {system: {sentence: {key: number or array}}}}
    failures, notes : list of str
        What could not be measured, and what else a reader must know, a sentence each.
    seed : int
    """

    recordings: object
    protocols: list
    rows: dict
    failures: list
    notes: list
    seed: int


def evaluate(recordings, protocols=(MCD24,), jobs=None, cache=None, seed=0, neural_metrics=()):
    """Measure recordings.

    Parameters
    ----------
    recordings : Recordings
    protocols : list of Protocol
    jobs : int, optional
        Number of processes; one a core when left out.
    cache : str or Path, optional
        Folder to keep the analyses of natural recordings in.
    seed : int
        Of all that is drawn at random.
    neural_metrics : list of callable
        (recordings, rows, failures) → None; each adds its values to the rows, see the module `neural_metrics`. A note
        names a metric that cannot be loaded.

    Returns
    -------
    Evaluation

    Raises
    ------
    VconvError
        No converted recording could be measured.
    """
    with worker_pool(min(jobs or available_cores(), len(recordings.sentences()))) as pool:
        rows, failures = _measure_sentences(pool, recordings, protocols, cache)
        failures = recordings.failures + failures
        if not any(systems["converted"] for systems in rows.values()):
            raise VconvError(f"nothing could be measured; the first reason: {failures[0]}")
        notes = recordings.notes + [
            f"{pair}: rests on a single converted recording, so nothing has an interval"
            for pair, systems in rows.items()
            if len(systems["converted"]) == 1
        ]
        notes += _add_likelihoods(pool, recordings, rows, seed)
    for metric in neural_metrics:
        try:
            metric(recordings, rows, failures)
        except VconvError as error:
            notes.append(f"not measured: {error}")
    return Evaluation(recordings, list(protocols), rows, failures, notes, seed)


def _measure_sentences(pool, recordings, protocols, cache):
    """Return (rows, failures) of all sentences."""
    wanted = [MCD24, *(protocol for protocol in protocols if protocol != MCD24)]
    cache = cache and str(cache)
    sentences = [
        Sentence(
            name,
            {speaker: files[name] for speaker, files in recordings.natural.items() if name in files},
            {(pair.source, pair.target): pair.converted.get(name) for pair in recordings.pairs},
            recordings.settings,
            wanted,
            cache,
        )
        for name in recordings.sentences()
    ]
    futures = [pool.submit(measure, sentence) for sentence in sentences]
    for _ in tqdm(as_completed(futures), total=len(futures), unit="sentence", desc="evaluate", disable=None):
        pass
    rows, failures = {str(pair): {system: {} for system in SYSTEMS} for pair in recordings.pairs}, []
    for sentence, future in zip(sentences, futures, strict=True):  # in this order, whatever the timing
        measured, broken = future.result()
        failures += broken
        for pair, systems in measured.items():
            for system, values in systems.items():
                if MCD24 not in protocols:  # it was needed for the frames of the other measures
                    values.pop(MCD24.name, None)
                rows["-".join(pair)][system][sentence.name] = values
    return rows, failures


def _add_likelihoods(pool, recordings, rows, seed):
    """Add log_likelihood_ratio to every recording, and take the cepstra out; return a note for each pair without."""
    futures, notes = {}, []
    for pair in recordings.pairs:
        cepstra = {
            system: {name: values.pop("cepstra") for name, values in found.items()}
            for system, found in rows[str(pair)].items()
        }
        natural = {pair.source: cepstra["source"], pair.target: cepstra["target"]}
        probes = {(system, name): (name, frames) for system, found in cepstra.items() for name, frames in found.items()}
        futures[str(pair)] = pool.submit(
            similarity.frame_log_likelihood_ratios, natural, probes, pair.source, pair.target, seed
        )
    for pair, future in futures.items():
        try:
            ratios = future.result()
        except VconvError as error:  # too few recordings to learn the speakers from
            notes.append(f"{pair}: no log-likelihood ratio: {error}")
            continue
        for (system, name), ratio in ratios.items():
            rows[pair][system][name]["log_likelihood_ratio"] = ratio
    return notes
