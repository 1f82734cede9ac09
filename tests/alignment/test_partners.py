"""Partners: each speaker has as many, all are connected, few enough have all; transforms are composed along ways."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vconv.alignment import partners


@pytest.mark.parametrize(
    ("speakers", "most", "expected"),
    [
        (2, 2, [[0, 1]] * 2),
        (4, 3, [[0, 1, 2, 3]] * 4),
        (5, 2, [[0, 1, 4], [0, 1, 2], [1, 2, 3], [2, 3, 4], [0, 3, 4]]),
        (9, 4, [[0, 1, 4, 5, 8], [0, 1, 2, 5, 6]]),  # the distances 1 and 4
    ],
)
def test_known_choices(speakers, most, expected):
    assert partners.choose(speakers, most).tolist()[: len(expected)] == expected


@given(st.integers(2, 60), st.integers(2, 40))
def test_choices_are_bounded_mutual_and_connected(speakers, most):
    targets = partners.choose(speakers, most)
    most_targets = min(most, speakers - 1) + 1
    assert targets.shape == (speakers, most_targets - (most_targets < speakers and most % 2)), "an even number, or all"
    chosen = np.zeros((speakers, speakers), int)
    for source, row in enumerate(targets):
        assert len(set(row)) == len(row) and sorted(row) == row.tolist()
        chosen[source, row] = 1
    assert chosen.diagonal().all() and (chosen == chosen.T).all()
    assert np.linalg.matrix_power(chosen.astype(float), speakers).all(), "every speaker is reached from every other"
    assert partners.pairs(targets) == [tuple(pair) for pair in np.argwhere(np.triu(chosen, 1))]


def affine(scale, offset):
    """Return the transform x · scale + offset of a number, [2, 1]."""
    return np.array([[scale], [offset]], np.float32)


def test_a_missing_transform_is_composed_along_a_shortest_way():
    targets = partners.choose(5, 2)
    # Speaker s is at s: from s to t is an offset of t - s, and a scale of 2 forth and of 1/2 back.
    transforms = np.array(
        [[affine(2.0 ** np.sign(t - s), t - s) for s, t in enumerate(column)] for column in targets.T]
    )
    found = partners.all_transforms(targets, transforms)
    assert found.shape == (5, 5, 2, 1)
    for source, row in enumerate(targets):
        for slot, target in enumerate(row):
            np.testing.assert_array_equal(found[target, source], transforms[slot, source])
    np.testing.assert_array_equal(found[2, 0], affine(4, 1 * 2 + 1))  # by 1: x · 2 + 1, then · 2 + 1
    np.testing.assert_array_equal(found[1, 3], affine(1 / 4, -1 / 2 - 1))  # by 2
    np.testing.assert_array_equal(found[3, 0], affine(2 * 1 / 2, 4 / 2 - 1))  # by 4: x · 2 + 4, then / 2 - 1
    every = np.random.default_rng(0).normal(size=(3, 3, 2, 1))
    np.testing.assert_array_equal(partners.all_transforms(partners.choose(3, 5), every), every)
