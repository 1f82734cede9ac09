"""The table of scores is extended without changing the records before."""

import numpy as np

from vconv.evaluation.score_table import SYSTEMS, Additions, RecordingKey, RecordingScores, ScoreTable

ONE, OTHER = RecordingKey("A-B", "converted", "1"), RecordingKey("A-B", "source", "1")


def test_additions_make_new_records():
    variance = np.ones(24)
    table = ScoreTable({ONE: RecordingScores({"mcd24": 5.0}, {"variance": variance}), OTHER: RecordingScores()})
    more = table.extended(Additions({ONE: {"wer": 0.5}}, [], {ONE: "a text"}))
    assert dict(table.records[ONE].values) == {"mcd24": 5.0} and table.records[ONE].transcript is None
    assert more.records[ONE] == RecordingScores({"mcd24": 5.0, "wer": 0.5}, {"variance": variance}, "a text")
    assert more.records[OTHER] == table.records[OTHER]
    assert more.extended(Additions({}, [])).records[ONE].transcript == "a text"


def test_a_pair_has_all_systems():
    table = ScoreTable({ONE: RecordingScores({"mcd24": 5.0})})
    assert table.pairs() == ["A-B"] and list(table.systems("A-B")) == list(SYSTEMS)
    assert list(table.systems("A-B")["converted"]) == ["1"] and table.systems("A-B")["target"] == {}


def test_a_record_returns_values_and_arrays_by_key():
    scores = RecordingScores({"mcd24": 5.0}, {"variance": np.ones(2)})
    assert scores.get("mcd24") == 5 and scores.get("variance").sum() == 2 and scores.get("wer") is None
