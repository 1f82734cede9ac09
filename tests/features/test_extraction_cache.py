"""Parts of an unfinished extraction: reading gives what was saved; truncated or foreign ones are not used."""

import os
import socket

import numpy as np
import pytest

from vconv.common.errors import VconvError
from vconv.corpus.settings import read_settings
from vconv.engines.shards import load, save
from vconv.features.extract import feature_settings
from vconv.features.extraction_cache import VERSION, Parts

ARRAYS = {
    "spectrum": np.arange(12, dtype=np.float16).reshape(3, 4),
    "f0_hz": np.ones(3, np.float32),
    "wave": np.arange(-3, 4, dtype=np.int16),
}


def test_loading_gives_what_was_saved(tmp_path):
    save(tmp_path / "a.part", ARRAYS, 7)
    arrays, facts = load(tmp_path / "a.part")
    assert facts == 7 and list(arrays) == list(ARRAYS)
    for name, array in arrays.items():
        assert array.dtype == ARRAYS[name].dtype
        np.testing.assert_array_equal(array, ARRAYS[name])


def test_a_truncated_part_counts_as_missing(tmp_path):
    """A power cut leaves a truncated file, or one whose end is zeros."""
    parts = Parts(tmp_path / "f.h5", {"contents": ["frames", "wave"]})
    parts.set_ranges({}, {})
    path = parts.path(("A", "training", "1", 9))
    assert not parts.has(("A", "training", "1", 9))
    save(path, ARRAYS, 7)
    whole = path.read_bytes()
    assert parts.has(("A", "training", "1", 9))
    for length in range(len(whole)):
        path.write_bytes(whole[:length])
        assert not parts.has(("A", "training", "1", 9)), length
        path.write_bytes(whole[:length] + bytes(len(whole) - length))
        assert not parts.has(("A", "training", "1", 9)), length
    path.write_bytes(whole)
    assert parts.has(("A", "training", "1", 9))


def test_parts_of_another_version_are_refused(tmp_path):
    (tmp_path / "f.h5.parts").mkdir()
    (tmp_path / "f.h5.parts" / "settings.json").write_text(
        '{"settings": {"parts_version": 1, "sample_rate": 16000}, "f0_range_hz": {}, "digests": []}'
    )
    with pytest.raises(VconvError, match=f"f.h5.parts: was made with parts_version 1, but now {VERSION} is .*delete"):
        Parts(tmp_path / "f.h5", {"sample_rate": 16000, "contents": ["frames", "wave"]})


def test_of_two_extractions_into_one_file_the_second_is_refused(tmp_path, corpus_yaml, inline, run):
    inline()
    settings = feature_settings(read_settings(corpus_yaml))
    with Parts(tmp_path / "f.h5", settings).locked():
        with pytest.raises(VconvError) as error:
            run(corpus_yaml, tmp_path / "f.h5")
    assert str(error.value) == (
        f"{tmp_path / 'f.h5.parts'}: another extraction runs here (process {os.getpid()} on {socket.gethostname()}); "
        "wait for its end, or choose another --output"
    )
    assert not (tmp_path / "f.h5.parts").exists()
    assert run(corpus_yaml, tmp_path / "f.h5")[0].failures == []
