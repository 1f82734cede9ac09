"""Minibatch standard deviation by hand."""

import numpy as np
import pytest
import tensorflow as tf

from vconv.layers.minibatch import MinibatchStd


@pytest.mark.parametrize("shape", [(2,), (2, 1), (1, 1, 2)])
def test_the_mean_standard_deviation_over_all_positions_is_appended_to_each(shape):
    x = np.array([[0.0, 5.0], [4.0, 7.0]], "float32").reshape(2, *shape)  # standard deviations 2 and 1
    y = MinibatchStd()(x)
    assert y.shape == MinibatchStd().compute_output_shape(x.shape) == (*x.shape[:-1], x.shape[-1] + 1)
    assert np.array_equal(y[..., :-1], x) and np.allclose(y[..., -1], 1.5, atol=1e-4)


def test_of_equal_examples_it_is_near_0_and_has_a_finite_gradient():
    x = tf.ones((4, 3, 2))
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = MinibatchStd()(x)[..., -1]
    assert np.abs(y).max() < 1e-3 and np.isfinite(tape.gradient(y, x)).all()
