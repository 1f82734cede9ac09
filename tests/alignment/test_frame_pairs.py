"""The frame-pair file: reading gives what was written, frames have a hop of 10 ms, a damaged file is refused."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vconv.alignment import frame_pairs
from vconv.alignment.frame_pairs import AlignedUtterance, FramePairs
from vconv.common.errors import VconvError

UTTERANCES = [AlignedUtterance("é 1", "A", "training", 0, 3), AlignedUtterance("2", "B é", "validation", 3, 4)]
MATCHED = np.random.default_rng(0).normal(size=(2, 7, 40)).astype(np.float16)
WEIGHT = np.random.default_rng(1).integers(0, 256, size=(2, 7)).astype(np.uint8)
TRANSFORMS = np.random.default_rng(2).normal(size=(2, 2, 25, 24)).astype(np.float32)
TARGETS = np.array([[0, 1], [0, 1]], np.int32)


def write(path, matched=MATCHED, weight=WEIGHT, transforms=TRANSFORMS):
    columns = zip(matched, weight, transforms, strict=False)
    frame_pairs.write(path, {"warp": 0.12}, "ab12", ["A", "B é"], UTTERANCES, TARGETS, columns)
    return path


def test_reading_gives_what_was_written(tmp_path):
    with FramePairs(write(tmp_path / "deep" / "p.h5")) as found:
        assert (found.settings, found.fingerprint, found.speakers) == ({"warp": 0.12}, "ab12", ["A", "B é"])
        assert found.utterances == UTTERANCES
        assert isinstance(found.matched, np.memmap) and not found.matched.flags.writeable
        np.testing.assert_array_equal(found.matched, MATCHED, strict=True)
        assert isinstance(found.weight, np.memmap) and not found.weight.flags.writeable
        np.testing.assert_array_equal(found.weight, WEIGHT, strict=True)
        np.testing.assert_array_equal(found.transforms, TRANSFORMS, strict=True)
        np.testing.assert_array_equal(found.targets, TARGETS, strict=True)


@pytest.mark.parametrize(
    "parts",
    [
        (MATCHED[:1], WEIGHT),
        (MATCHED[[0, 1, 1]], WEIGHT[[0, 1, 1]], TRANSFORMS[[0, 1, 1]]),
        (MATCHED[:, :6], WEIGHT),
        (MATCHED[:, :, :23], WEIGHT),
        (MATCHED * np.float16(np.nan), WEIGHT),
        (np.full(MATCHED.shape, 1e5), WEIGHT),
        (MATCHED, WEIGHT[:, :6]),
        (MATCHED, np.full(WEIGHT.shape, 256)),
        (MATCHED, np.full(WEIGHT.shape, 0.5)),
        (MATCHED, WEIGHT, TRANSFORMS[:, :1]),
        (MATCHED, WEIGHT, TRANSFORMS * np.inf),
    ],
    ids=[
        "speaker missing",
        "speaker too many",
        "frames",
        "width",
        "NaN",
        "too large",
        "weights",
        "weight",
        "fraction",
        "transforms",
        "infinite",
    ],
)
def test_arrays_that_do_not_fit_are_refused_and_the_old_file_stays(tmp_path, parts):
    path = write(tmp_path / "p.h5")
    before = path.read_bytes()
    with pytest.raises(ValueError):
        write(path, *parts)
    assert path.read_bytes() == before and [entry.name for entry in tmp_path.iterdir()] == ["p.h5"]


def test_the_error_of_a_missing_foreign_or_truncated_file_names_the_remedy(tmp_path, small_store):
    with pytest.raises(VconvError, match="p.h5: there is no such file; make it with `vconv match`"):
        FramePairs(tmp_path / "p.h5")
    with pytest.raises(VconvError, match="holds no vconv frame pairs; make it with `vconv match`"):
        FramePairs(small_store.path)
    path = write(tmp_path / "p.h5")
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) - 2])  # within the last data set
    with pytest.raises(VconvError, match="p.h5: .*make it with `vconv match`"):
        FramePairs(path)


@given(st.lists(st.integers(1, 9), min_size=1, max_size=4))
def test_the_table_counts_every_second_frame_of_training_and_validation_utterances(lengths):
    class Store:
        utterances = [
            AlignedUtterance(str(number), "A", split, 0, length)
            for number, length in enumerate(lengths)
            for split in ("evaluation", "training", "validation")
        ]

    found = frame_pairs.table(Store)
    assert [row.length for row in found] == [len(np.zeros(length)[::2]) for length in lengths for _ in range(2)]
    assert [row.start for row in found] == [sum(row.length for row in found[:n]) for n in range(len(found))]
    assert {row.split for row in found} == {"training", "validation"}
