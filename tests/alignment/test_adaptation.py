"""The map between two voices: exact where neighbours are right, the identity where there is little to go by."""

import numpy as np
import pytest

from vconv.alignment.adaptation import adapt, apply

SETTINGS = {"rounds": 1, "keep": 1.0, "ridge": 1e-6}
RANDOM = np.random.default_rng(0)
SOURCE = RANDOM.normal(size=(400, 5)).astype(np.float32)
LINEAR, CONSTANT = np.eye(5) + 0.2 * RANDOM.normal(size=(5, 5)), RANDOM.normal(size=5)
TARGET = (SOURCE @ LINEAR + CONSTANT).astype(np.float32)


def test_right_neighbours_give_the_map():
    affine = adapt(SOURCE, TARGET, (SOURCE, SOURCE), SETTINGS)
    np.testing.assert_allclose(affine, np.vstack([LINEAR, CONSTANT]), atol=1e-3)
    np.testing.assert_allclose(apply(affine, SOURCE), TARGET, atol=1e-3)


def test_rounds_mend_wrong_neighbours():
    random = np.random.default_rng(1)
    source = (random.integers(0, 3, size=(300, 5)) * 4 + 0.2 * random.normal(size=(300, 5))).astype(np.float32)
    target = (source * 1.2 + 0.9).astype(np.float32)
    maps = [adapt(source, target, (source, target), SETTINGS | {"rounds": rounds}) for rounds in (1, 6)]
    errors = [np.abs(apply(affine, source) - target).mean() for affine in maps]
    assert errors[1] < 0.05 < 0.2 < errors[0]


def test_the_farthest_pairs_do_not_count():
    stray = np.concatenate([TARGET, np.full((40, 5), 50, np.float32)])
    first = SOURCE, np.concatenate([SOURCE, np.full((40, 5), 50, np.float32)])
    np.testing.assert_allclose(adapt(SOURCE, stray, first, SETTINGS | {"keep": 0.9})[:-1], LINEAR, atol=1e-3)
    assert np.abs(adapt(SOURCE, stray, first, SETTINGS)[:-1] - LINEAR).max() > 0.1


@pytest.mark.parametrize("rows", [1, 3])
def test_of_few_rows_the_map_moves_but_does_not_distort(rows):
    affine = adapt(SOURCE[:rows], SOURCE[:rows] + 2, (SOURCE[:rows],) * 2, SETTINGS | {"ridge": 10.0})
    np.testing.assert_allclose(affine, np.vstack([np.eye(5), np.full(5, 2)]), atol=1e-4)
    stiff = adapt(SOURCE, TARGET, (SOURCE, SOURCE), SETTINGS | {"ridge": 1e9})
    np.testing.assert_allclose(stiff[:-1], np.eye(5), atol=1e-3)
