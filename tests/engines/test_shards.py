"""Parts of a list of tasks, and the files of their results."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vconv.common.errors import VconvError
from vconv.engines.shards import Part, Shards, load, save


@given(st.integers(0, 50), st.integers(1, 20))
def test_the_parts_hold_each_task_once_and_in_order_and_are_of_equal_size(tasks, count):
    parts = [Part(number, count).of(range(tasks)) for number in range(1, count + 1)]
    assert [task for part in parts for task in part] == list(range(tasks))
    assert max(map(len, parts)) - min(map(len, parts)) <= 1


def test_a_part_is_what_the_option_says():
    assert Part.parse("2/8") == (2, 8) and str(Part(2, 8)) == "2/8" and Part.parse(None) is None


@pytest.mark.parametrize(
    "text", ["0/3", "4/3", "3", "1/0", "a/b", "-1/3", "1/3/4", "", "1.0/3", "1 /3", "²/3", "9" * 9]
)
def test_other_texts_are_refused(text):
    with pytest.raises(VconvError, match=r"^--shard .*: is not NUMBER/COUNT with a number from 1 to the count"):
        Part.parse(text)


def test_a_shard_depends_on_all_of_its_key(tmp_path):
    shards = Shards(tmp_path / "shards")
    keys = ["a"], ["b"], ["a", 1], ["a", {"x": 1}], ["a", {"x": 2}]
    assert len({shards.path(key) for key in keys}) == len(keys) and shards.path(["a"]) == shards.path(["a"])
    save(shards.path(["a"]), {"x": np.arange(3)}, {"names": ["é"]})
    assert shards.has(["a"]) and not shards.has(["b"])
    arrays, facts = load(shards.path(["a"]))
    assert arrays["x"].tolist() == [0, 1, 2] and facts == {"names": ["é"]}


def test_parts_work_side_by_side_and_exclude_the_same_part_and_a_process_of_all(tmp_path):
    first, second, everything = (Shards(tmp_path, part) for part in (Part(1, 2), Part(2, 2), None))
    with first.locked("another test"), second.locked("another test"):
        with pytest.raises(VconvError, match=r"another --shard 1/2 runs here"):
            with Shards(tmp_path, Part(1, 2)).locked("another test"):
                pass
        with pytest.raises(VconvError, match=r"another test runs here"):
            with everything.locked("another test"):
                pass
    with everything.locked("another test"):
        with pytest.raises(VconvError, match=r"another test runs here"):
            with first.locked("another test"):
                pass
