"""Progressive growing: shares by progress, enlarging and coarsening, by hand."""

import numpy as np
import pytest
import tensorflow as tf

from vconv.layers.growing import Growing

FACTORS = [(4, 2), (2, 1)]


@pytest.mark.parametrize(
    "progress, shares",
    [
        (-1, [1, 0, 0]),
        (0, [1, 0, 0]),
        (0.25, [0.5, 0.5, 0]),
        (0.5, [0, 1, 0]),
        (0.9, [0, 0.2, 0.8]),
        (1, [0, 0, 1]),
        (7, [0, 0, 1]),
    ],
)
def test_each_resolution_is_faded_in_after_the_one_before(progress, shares):
    growing = Growing(FACTORS)
    assert growing.shares.numpy().tolist() == [0, 0, 1], "without `grow` the network has its full resolution"
    growing.grow(progress)
    assert np.allclose(growing.shares, shares, atol=1e-6)


def test_outputs_are_enlarged_and_mixed_by_their_shares():
    growing = Growing(FACTORS)
    growing.grow(0.25)
    coarse, middle, fine = (
        tf.constant(np.random.default_rng(size).normal(size=(3, *size, 2)), tf.float32)
        for size in ((1, 2), (2, 4), (4, 4))
    )
    expected = (np.kron(coarse, np.ones((1, 4, 2, 1))) + np.kron(middle, np.ones((1, 2, 1, 1)))) / 2
    assert np.allclose(growing([coarse, middle, fine]), expected, atol=1e-6)
    growing.grow(1)
    assert np.array_equal(growing([coarse, middle, fine]), fine)


@pytest.mark.parametrize("height, width", [(8, 6), (7, 5), (1, 1)])
def test_data_are_averaged_over_the_area_of_a_coarse_value(height, width):
    growing = Growing([(4, 2), (2, 2)])
    x = np.random.default_rng(0).normal(size=(2, height, width, 1)).astype(np.float32)
    growing.grow(0)
    found = growing.coarsen(tf.constant(x)).numpy()
    assert found.shape == x.shape
    if height > 1:
        assert np.allclose(found[:, :4, :2], x[:, :4, :2].mean((1, 2), keepdims=True), atol=1e-6)
        assert np.allclose(found[:, 4:, 2:4], found[:, 4:5, 2:3])
    if height == 7:  # rows 4, 5, 6 and 6 again
        rows = x[:, 4:7, :2].mean(2).sum(1) + x[:, 6, :2].mean(1)
        assert np.allclose(found[:, 5, 0], rows / 4, atol=1e-6)
    growing.grow(0.5)
    assert np.allclose(growing.coarsen(tf.constant(x))[:, :2, :2], x[:, :2, :2].mean((1, 2), keepdims=True), atol=1e-6)
    growing.grow(1)
    assert np.array_equal(growing.coarsen(tf.constant(x)), x)
