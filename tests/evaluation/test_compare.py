"""Comparing two systems: a real difference is significant, noise is not."""

import json

import numpy as np
import pytest

from vconv.common.errors import VconvError
from vconv.evaluation.compare import compare
from vconv.evaluation.output import FORMAT, VERSION

NAMES = [f"s{number}" for number in range(20)]


def row(pair, system, sentence, values, arrays):
    """A recording in scores.json."""
    key = {"pair": pair, "system": system, "sentence": sentence}
    return key | {"path": None, "values": values, "arrays": arrays, "transcript": None}


def scores(path, values, variance=None, pair="A-B", names=NAMES):
    """A scores.json with a converted and a target row for each value of mcd24."""
    files = []
    for name, value in zip(names, values, strict=True):
        arrays = {} if variance is None else {"variance": [variance, variance]}
        files.append(row(pair, "converted", name, {"mcd24": value}, arrays))
        files.append(row(pair, "target", name, {}, {"variance": [1.0, 1.0]}))
    path.write_text(
        json.dumps({"format": FORMAT, "version": VERSION, "files": files, "settings": {"bootstrap": 500, "seed": 0}})
    )
    return path


@pytest.fixture
def values():
    return np.random.default_rng(0).normal(7, 2, len(NAMES)).tolist()


def test_a_small_constant_difference_is_seen_through_a_large_spread(tmp_path, values):
    a, b = scores(tmp_path / "a.json", values), scores(tmp_path / "b.json", [value - 0.1 for value in values])
    (line,) = [line for line in compare(a, b) if line.startswith("MCD (mcd24) / dB ↓: ")]
    assert "A - B +0.100 [+0.100, +0.100], 20 files: A is higher" in line
    (line,) = [line for line in compare(b, a) if line.startswith("MCD (mcd24) / dB ↓: ")]
    assert line.endswith("A is lower")


def test_noise_is_no_difference(tmp_path, values):
    other = np.add(values, np.random.default_rng(1).permutation([-1.0, 1.0] * 10)).tolist()
    lines = compare(scores(tmp_path / "a.json", values), scores(tmp_path / "b.json", other))
    assert any(line.startswith("MCD (mcd24) / dB ↓: ") and line.endswith("no significant difference") for line in lines)


def test_measures_that_are_no_means_are_compared_too(tmp_path, values):
    a, b = scores(tmp_path / "a.json", values, variance=0.5), scores(tmp_path / "b.json", values, variance=0.25)
    (line,) = [line for line in compare(a, b) if line.startswith("GV log-ratio →0: ")]
    assert f"A {np.log(0.5):.3f}, B {np.log(0.25):.3f}, A - B +0.693" in line and line.endswith("A is higher")


def test_only_common_sentences_count(tmp_path, values):
    a = scores(tmp_path / "a.json", values)
    b = scores(tmp_path / "b.json", [100.0] * 5 + values[5:], names=[f"x{n}" for n in range(5)] + NAMES[5:])
    lines = compare(a, b)
    assert lines[2].startswith("1 pairs, 15 sentences") and "A - B +0.000" in lines[3]


def test_a_value_missing_on_one_side_is_not_compared(tmp_path, values):
    a, b = scores(tmp_path / "a.json", values), scores(tmp_path / "b.json", [None, *values[1:]])
    assert compare(a, b)[3] == "MCD (mcd24) / dB ↓: A has 20 files and B has 19, so they are not compared"


def test_mistakes(tmp_path, values):
    a = scores(tmp_path / "a.json", values)
    with pytest.raises(VconvError, match="no pair of speakers has a sentence that both were scored on"):
        compare(a, scores(tmp_path / "b.json", values, pair="C-D"))
    with pytest.raises(VconvError, match="there is no such file; run `vconv evaluate --json"):
        compare(a, tmp_path / "nowhere.json")
    for text in '{"format": "x"}', "[]", '{"format": "vconv scores", "version": 99}':
        (tmp_path / "c.json").write_text(text)
        with pytest.raises(VconvError, match="holds no scores of version 2"):
            compare(a, tmp_path / "c.json")
