"""Arrays on disk: what was appended is read back, nothing is left in the folder, a full disk is one sentence."""

import numpy as np
import pytest

from vconv.common.errors import VconvError
from vconv.common.spool import Spool


def test_any_rows_are_read_back_and_nothing_is_left(tmp_path):
    rows = np.random.default_rng(0).normal(size=(50, 3))
    with Spool(tmp_path / "new", 3, np.float64) as spool:
        for part in np.split(rows, [7, 7, 30]):
            spool.append(part)
        assert len(spool) == 50
        np.testing.assert_array_equal(spool.read(5, 31), rows[5:31])
        np.testing.assert_array_equal(spool.read(45, 99), rows[45:])
        assert spool.read(60, 70).shape == (0, 3)
        np.testing.assert_array_equal(np.concatenate(list(spool.blocks(8))), rows)
    assert not list((tmp_path / "new").iterdir())


def test_a_full_disk_is_one_sentence(tmp_path, file_limit):
    with Spool(tmp_path) as spool, file_limit(4096), pytest.raises(VconvError, match="cannot be written .*; make room"):
        spool.append(np.zeros(2000))
