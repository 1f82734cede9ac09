"""A first measure of converted recordings, beside their floor (nothing converted) and ceiling (WORLD copy-synthesis).

Each pair's converted sentences are measured against the target speaker's own recordings of the same sentences, and so
are the source's recordings as they are and the target's resynthesised from their WORLD features.
"""

import json
from concurrent.futures import as_completed
from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
from tqdm import tqdm

from vconv.audio import wav, world
from vconv.errors import VconvError
from vconv.evaluation import metrics
from vconv.features.workers import available_cores, worker_pool

SYSTEMS = ("converted", "unconverted", "copy_synthesis")
MEASURES = ("mcd_db", "rmse_hz", "rmse_cents", "correlation", "voicing_error", "median_cents")


class Sentence(NamedTuple):
    """One evaluation sentence: natural recordings by speaker, converted ones by pair, and how to analyse."""

    natural: dict
    converted: dict
    settings: dict
    f0_range_hz: dict


class Scores(NamedTuple):
    """The scores of pairs: {(source, target): {system: {measure: [a value a file]}}}, and failures as sentences."""

    pairs: dict
    failures: list


def evaluate_pairs(corpus, f0_range_hz, pairs, converted, jobs=None):
    """Measure what `vconv convert --pairs` wrote.

    Parameters
    ----------
    corpus : Corpus
        With an evaluation split in which the speakers of a pair share sentences, by name.
    f0_range_hz : dict
        Speaker → (floor, ceiling), for copy-synthesis.
    pairs : list of (source, target)
    converted : str or Path
        Holds SRC-TGT/<sentence>.wav (or .flac, .ogg).
    jobs : int, optional
        Number of processes; one a core when left out.

    Returns
    -------
    Scores

    Raises
    ------
    VconvError
        No sentence could be measured.
    """
    sentences, failures = _sentences(corpus, f0_range_hz, pairs, Path(converted))
    scores = {pair: {system: {measure: [] for measure in MEASURES} for system in SYSTEMS} for pair in pairs}
    with worker_pool(min(jobs or available_cores(), max(len(sentences), 1))) as pool:
        futures = [pool.submit(_measure, sentence) for sentence in sentences]
        for _ in tqdm(as_completed(futures), total=len(futures), unit="sentence", desc="evaluate", disable=None):
            pass
        for future in futures:  # in the order of the sentences, so that the result does not depend on the timing
            measured, broken = future.result()
            failures += broken
            for (pair, system), values in measured.items():
                for measure, value in zip(MEASURES, values, strict=True):
                    scores[pair][system][measure].append(value)
    if not any(scores[pair]["converted"]["mcd_db"] for pair in pairs):
        raise VconvError(f"{converted}: nothing could be measured; the first reason: {failures[0]}")
    return Scores(scores, failures)


def as_text(scores):
    """Return the table of means for a terminal, headed by the protocol."""
    blocks = {"-".join(pair): systems for pair, systems in scores.pairs.items()}
    if len(blocks) > 1:
        blocks["all"] = {
            system: {measure: sum((block[system][measure] for block in blocks.values()), []) for measure in MEASURES}
            for system in SYSTEMS
        }
    width = max(20, *(len(name) + 2 for name in blocks))
    head = (
        f"{'pair':{width}s}{'system':16s}{'MCD dB':>8s}{'F0 RMSE Hz':>12s}{'cents':>8s}"
        f"{'correlation':>13s}{'V/UV err %':>12s}{'median cents':>14s}{'files':>7s}"
    )
    lines = [
        f"{name:{width}s}{_line(system, values)}" for name, block in blocks.items() for system, values in block.items()
    ]
    return "\n".join([str(metrics.MCD24), head, *lines])


def as_json(scores):
    """Return protocol, means, values of each file and failures as JSON text; null is what cannot be measured."""
    pairs = {
        f"{source}-{target}": {
            system: {
                measure: {"mean": _or_none(_mean(values)), "values": [_or_none(value) for value in values]}
                for measure, values in measures.items()
            }
            for system, measures in systems.items()
        }
        for (source, target), systems in scores.pairs.items()
    }
    content = {"protocol": str(metrics.MCD24), "pairs": pairs, "failures": scores.failures}
    return json.dumps(content, indent=1, ensure_ascii=False, allow_nan=False)


def _sentences(corpus, f0_range_hz, pairs, converted):
    """Return the `Sentence`s that can be measured, and a failure for each pair or file that is missing."""
    natural = {}
    for utterance in corpus.utterances:
        if utterance.split == "evaluation":
            natural.setdefault(utterance.name, {})[utterance.speaker] = utterance.path
    sentences, failures, found = [], [], set()
    for name, paths in sorted(natural.items()):
        of_pairs = {}
        for source, target in pairs:
            if source in paths and target in paths:
                found.add((source, target))
                path = converted / f"{source}-{target}" / name
                files = [Path(f"{path}{suffix}") for suffix in wav.SUBTYPES]  # a name may hold dots
                there = [file for file in files if file.is_file()]
                if there:
                    of_pairs[source, target] = there[0]
                else:
                    failures.append(f"{path}.wav: is missing; convert the pair first")
        speakers = {speaker for pair in of_pairs for speaker in pair}
        if of_pairs:
            sentences.append(
                Sentence(
                    {speaker: paths[speaker] for speaker in sorted(speakers)}, of_pairs, corpus.settings, f0_range_hz
                )
            )
    for source, target in pairs:
        if (source, target) not in found:
            failures.append(f"{source}-{target}: the speakers share no evaluation sentence, so MCD cannot be measured")
    return sentences, failures


def _measure(sentence):
    """Return {(pair, system): values} of one sentence and the failures met; runs in a worker process."""
    settings, natural, measured, failures = sentence.settings, sentence.natural, {}, []

    @cache  # a recording is part of many pairs
    def frames(path):
        return _active(wav.read(path, settings["sample_rate"])[0], settings)

    @cache
    def resynthesized(speaker):
        return _active(_copy_synthesis(natural[speaker], settings, sentence.f0_range_hz[speaker]), settings)

    for (source, target), path in sentence.converted.items():
        try:
            reference = frames(natural[target])
            found = frames(path), frames(natural[source]), resynthesized(target)
            values = [_values(system, reference) for system in found]
            measured |= {((source, target), system): row for system, row in zip(SYSTEMS, values, strict=True)}
        except VconvError as error:
            failures.append(str(error) if str(path) in str(error) else f"{path}: {error}")
    return measured, failures


def _active(y, settings):
    """Return the active frames of a signal."""
    return metrics.active(metrics.analyse(y, settings["sample_rate"]))


def _values(found, reference):
    """Return the values of `MEASURES` for the active frames of a recording and of its reference."""
    path = metrics.align(found, reference)
    return metrics.mcd(found, reference, path), *metrics.f0_errors(found, reference, path)


def _copy_synthesis(path, settings, f0_range_hz):
    """Return a recording resynthesised from its WORLD features."""
    rate, frame_period_ms = settings["sample_rate"], settings["frame_period_ms"]
    y, _ = wav.read(path, rate)
    analysis = world.analyze(y, rate, *f0_range_hz, settings["f0_method"], frame_period_ms)
    return world.synthesize(*analysis, rate, frame_period_ms)


def _line(system, values):
    mean = {measure: _mean(values[measure]) for measure in MEASURES}
    return (
        f"{system.replace('_', '-'):16s}{mean['mcd_db']:8.2f}{mean['rmse_hz']:12.1f}{mean['rmse_cents']:8.0f}"
        f"{mean['correlation']:13.2f}{100 * mean['voicing_error']:12.1f}{mean['median_cents']:14.0f}"
        f"{len(values['mcd_db']):7d}"
    )


def _or_none(value):
    return None if np.isnan(value) else value


def _mean(values):
    """Return the mean of the values that are numbers (F0 errors of unvoiced files are not)."""
    numbers = [value for value in values if not np.isnan(value)]
    return float(np.mean(numbers)) if numbers else float("nan")
