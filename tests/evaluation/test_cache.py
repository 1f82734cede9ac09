"""The cache: the same key, the same arrays; damage and full disks are no errors."""

import numpy as np

from vconv.common import files
from vconv.common.errors import VconvError
from vconv.evaluation import cache


def computing(calls):
    def compute():
        calls.append(1)
        return {"x": np.arange(3.0), "é": np.array("text")}

    return compute


def test_computed_once_for_each_key(tmp_path):
    calls = []
    for key in ["a", 1], ["a", 1], ["a", 2], ["b", 1]:
        found = cache.cached(tmp_path / "new", key, computing(calls))
        assert found["x"].tolist() == [0, 1, 2] and str(found["é"]) == "text"
    assert len(calls) == 3


def test_without_a_folder_nothing_is_kept():
    calls = []
    for _ in range(2):
        cache.cached(None, ["a"], computing(calls))
    assert len(calls) == 2


def test_a_damaged_entry_is_made_anew(tmp_path):
    calls = []
    cache.cached(tmp_path, ["a"], computing(calls))
    (entry,) = tmp_path.rglob("*.npz")
    for damage in b"", entry.read_bytes()[:100], b"PK\x03\x04 no zip":
        entry.write_bytes(damage)
        assert cache.cached(tmp_path, ["a"], computing(calls))["x"].tolist() == [0, 1, 2]
    assert len(calls) == 4
    cache.cached(tmp_path, ["a"], computing(calls))
    assert len(calls) == 4


def test_a_full_disk_costs_time_only(tmp_path, monkeypatch):
    def full(*_, **__):
        raise VconvError("no room")

    monkeypatch.setattr(files, "replacing", full)
    assert cache.cached(tmp_path, ["a"], computing([]))["x"].tolist() == [0, 1, 2]


def test_a_digest_is_of_the_content(tmp_path):
    (tmp_path / "a").write_bytes(b"1"), (tmp_path / "b").write_bytes(b"1"), (tmp_path / "c").write_bytes(b"2")
    a, b, c = (cache.digest(tmp_path / name) for name in "abc")
    assert a == b != c and cache.digest(tmp_path / "nowhere") is None


def test_where_the_cache_lies(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert cache.default_folder() == tmp_path / "vconv"
    monkeypatch.setenv("XDG_CACHE_HOME", "")
    assert cache.default_folder().parts[-2:] == (".cache", "vconv")
