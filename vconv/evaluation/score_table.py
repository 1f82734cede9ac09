"""Records of what was measured of single recordings. They are never changed; new values make new records."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import NamedTuple

import numpy as np

SYSTEMS = {  # key → name in tables
    "converted": "converted",
    "source": "source",
    "copy_synthesis": "copy-synthesis",
    "target": "target",
}


class RecordingKey(NamedTuple):
    """A recording in an evaluation: the pair "SOURCE-TARGET", the system (one of SYSTEMS), the sentence."""

    pair: str
    system: str
    sentence: str

    def __str__(self):
        """Return the key for messages."""
        return ", ".join(self)


@dataclass(frozen=True)
class RecordingScores:
    """What was measured of one recording.

    Attributes
    ----------
    values : mapping of str to float
        By the key of the measure; NaN where a measure is undefined, absent where it was not measured.
    arrays : mapping of str to ndarray
        "variance" [24] and "modulation" [24, 5], from which the measures of systems are computed.
    transcript : str or None
        Text by the speech recognizer.
    """

    values: Mapping[str, float] = field(default_factory=dict)
    arrays: Mapping[str, np.ndarray] = field(default_factory=dict)
    transcript: str | None = None

    def get(self, key):
        """Return the value or the array `key`, or None."""
        return self.values.get(key, self.arrays.get(key))


class Additions(NamedTuple):
    """What one metric found.

    Attributes
    ----------
    values : mapping
        RecordingKey → {key of the measure: number}.
    failures : list of str
        A sentence for each recording that could not be measured.
    transcripts : mapping
        RecordingKey → text.
    """

    values: Mapping[RecordingKey, Mapping[str, float]]
    failures: list
    transcripts: Mapping[RecordingKey, str] = {}


@dataclass(frozen=True)
class ScoreTable:
    """The scores of all recordings of an evaluation, in the order of pairs, systems and sentences.

    Attributes
    ----------
    records : mapping
        RecordingKey → RecordingScores.
    """

    records: Mapping[RecordingKey, RecordingScores]

    def systems(self, pair):
        """Return {system: {sentence: RecordingScores}} of a pair, with all SYSTEMS."""
        found = {system: {} for system in SYSTEMS}
        for key, scores in self.records.items():
            if key.pair == pair:
                found[key.system][key.sentence] = scores
        return found

    def pairs(self):
        """Return the names of all pairs, in order."""
        return list(dict.fromkeys(key.pair for key in self.records))

    def extended(self, additions):
        """Return a table with the values and transcripts of `Additions`."""
        return ScoreTable(
            {
                key: replace(
                    scores,
                    values={**scores.values, **additions.values.get(key, {})},
                    transcript=additions.transcripts.get(key, scores.transcript),
                )
                for key, scores in self.records.items()
            }
        )
