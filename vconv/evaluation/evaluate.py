"""Evaluation of recordings by all measures, by an engine. Natural recordings are analyzed only once."""

import contextlib
import tempfile
from pathlib import Path
from typing import NamedTuple

from vconv.common.errors import VconvError
from vconv.engines import tasks
from vconv.engines.engine import LOCAL, open_engine
from vconv.engines.shards import Shards
from vconv.evaluation import likelihood_ratios, sentence_shards
from vconv.evaluation.protocols import MCD24
from vconv.evaluation.recordings import Recordings
from vconv.evaluation.score_table import SYSTEMS, RecordingKey, ScoreTable
from vconv.evaluation.sentence import Sentence


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


def evaluate(
    recordings,
    protocols=(MCD24,),
    jobs=None,
    cache=None,
    seed=0,
    neural_metrics=(),
    engine=LOCAL,
    folder=None,
    part=None,
):
    """Measure recordings.

    Parameters
    ----------
    recordings : Recordings
    protocols : list of Protocol
        Whose distortion is measured.
    jobs : int, optional
        Number of processes; as many as the engine has if left out.
    cache : str or Path, optional
        Folder that keeps the analyses of natural recordings.
    seed : int
        Of the mixtures.
    neural_metrics : list of callable
        (recordings, keys) → Additions; see the module `neural_metrics`. A note names a metric that cannot be loaded.
    engine : str
        What measures, as of `vconv.engines.engine.open_engine`; neural metrics run in this process.
    folder : str or Path, optional
        Keeps the measures of single sentences, so that after an interruption the same call continues; it is removed at
        the end. A temporary folder if left out.
    part : vconv.engines.shards.Part, optional
        Measure this part of the sentences, and leave the result in `folder`.

    Returns
    -------
    Evaluation
        None for a part.

    Raises
    ------
    VconvError
        No converted recording could be measured, or the engine or its workers are lost.
    """
    with contextlib.ExitStack() as stack:
        kept = Shards(folder or stack.enter_context(tempfile.TemporaryDirectory(prefix="vconv-")), part)
        stack.enter_context(kept.locked("another evaluation", "choose another --json"))
        with open_engine(engine, jobs, kept.folder) as opened:  # its workers end before networks need the memory
            paths = _measure_sentences(opened, kept, recordings, protocols, cache)
            if part:
                return None
            measured, failures = _measured(recordings, paths)
            failures = recordings.failures + failures
            if not any(key.system == "converted" for key in measured):
                kept.delete()
                raise VconvError(f"nothing could be measured; the first reason: {failures[0]}")
            scores, notes = ScoreTable(measured), recordings.notes + _single_recordings(recordings, measured)
            additions = likelihood_ratios.measure(opened, recordings, paths, seed)
        scores, notes = scores.extended(additions), notes + additions.failures
        for metric in neural_metrics:
            try:
                additions = metric(recordings, list(measured))
            except VconvError as error:
                notes = [*notes, f"not measured: {error}"]
            else:
                scores, failures = scores.extended(additions), failures + additions.failures
        kept.delete()
    return Evaluation(recordings, list(protocols), scores, failures, notes, seed)


def _measure_sentences(engine, kept, recordings, protocols, cache):
    """Measure the sentences that have no shard, and return the paths of all shards by the name of the sentence."""
    sentences = [
        Sentence(
            name,
            {speaker: files[name].absolute() for speaker, files in recordings.natural.items() if name in files},
            {(pair.source, pair.target): _absolute(pair.converted.get(name)) for pair in recordings.pairs},
            recordings.settings,
            list(protocols),
            cache and str(Path(cache).absolute()),
        )
        for name in recordings.sentences()
    ]
    work = [(sentence_shards.key(one), (one,)) for one in sentences]
    for _ in tasks.run(kept, engine, sentence_shards.measure, work, "evaluate", "sentence"):
        pass
    return {one.name: kept.path(key) for one, (key, _) in zip(sentences, work, strict=True)}


def _absolute(path):
    """Return the absolute path; None for None."""
    return path and path.absolute()


def _measured(recordings, paths):
    """Return ({RecordingKey: RecordingScores} in the order of pairs, systems and sentences, failures).

    `paths` are those of the shards by the name of the sentence.
    """
    found, failures = {}, []
    for name, path in paths.items():
        of_sentence = sentence_shards.load(path)
        failures += of_sentence.failures
        found |= {(*key, name): recording.scores for key, recording in of_sentence.recordings.items()}
    keys = [(pair, system, name) for pair in recordings.pairs for system in SYSTEMS for name in paths]
    scores = {
        RecordingKey(str(pair), system, name): found[pair.source, pair.target, system, name]
        for pair, system, name in keys
        if (pair.source, pair.target, system, name) in found
    }
    return scores, failures


def _single_recordings(recordings, measured):
    """Return a note for each pair that has a single converted recording."""
    converted = [key.pair for key in measured if key.system == "converted"]
    return [
        f"{pair}: has a single converted recording, so nothing has an interval"
        for pair in recordings.pairs
        if converted.count(str(pair)) == 1
    ]
