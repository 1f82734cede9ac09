"""The measures of a sentence as a shard, which an engine's worker writes and the evaluation reads."""

import numpy as np

from vconv.engines import shards
from vconv.evaluation import sentence
from vconv.evaluation.score_table import RecordingScores

CEPSTRA = "cepstra"  # name of the array in a shard
VERSION = 1  # of the shards; to be increased when a measure changes


def key(one):
    """Return all that the measures of a `Sentence` depend on, as JSON holds it."""
    natural = {speaker: shards.file_key(path) for speaker, path in one.natural.items()}
    converted = [[*pair, path and shards.file_key(path)] for pair, path in one.converted.items()]
    return [VERSION, one.name, natural, converted, one.settings, one.protocols]


def _save(measured, path):
    """Write a `MeasuredSentence` as a shard."""
    arrays, facts = {}, []
    for number, (of, recording) in enumerate(measured.recordings.items()):
        of_recording = recording.scores.arrays | {CEPSTRA: recording.cepstra}
        arrays |= {f"{number}/{name}": array for name, array in of_recording.items()}
        facts.append([*of, {name: float(value) for name, value in recording.scores.values.items()}])
    shards.save(path, arrays, {"recordings": facts, "failures": measured.failures})


def load(path):
    """Return the `MeasuredSentence` of a shard, with memory-mapped mel-cepstra."""
    arrays, facts = shards.load(path)
    found = {}
    for number, (*of, values) in enumerate(facts["recordings"]):
        prefix = f"{number}/"
        mine = {name.removeprefix(prefix): array for name, array in arrays.items() if name.startswith(prefix)}
        cepstra = mine.pop(CEPSTRA)
        in_memory = {name: np.array(array) for name, array in mine.items()}
        found[tuple(of)] = sentence.MeasuredRecording(RecordingScores(values, in_memory), cepstra)
    return sentence.MeasuredSentence(found, facts["failures"])


def measure(one, path):
    """Measure a `Sentence`, and save the result as a shard; runs in a worker."""
    _save(sentence.measure(one), path)
