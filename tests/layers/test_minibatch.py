"""Minibatch standard deviation by hand."""

import numpy as np
import pytest
import tensorflow as tf

from vconv.layers.minibatch import MinibatchStd


@pytest.mark.parametrize("shape", [(2,), (2, 1), (1, 1, 2)])
def test_the_mean_deviation_of_all_places_is_appended_everywhere(shape):
    x = np.array([[0.0, 5.0], [4.0, 7.0]], "float32").reshape(2, *shape)  # deviations 2 and 1
    y = MinibatchStd()(x)
    assert y.shape == MinibatchStd().compute_output_shape(x.shape) == (*x.shape[:-1], x.shape[-1] + 1)
    assert np.array_equal(y[..., :-1], x) and np.allclose(y[..., -1], 1.5, atol=1e-4)


def test_equal_rows_are_told_by_a_number_near_zero_and_the_gradient_is_finite():
    x = tf.ones((4, 3, 2))
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = MinibatchStd()(x)[..., -1]
    assert np.abs(y).max() < 1e-3 and np.isfinite(tape.gradient(y, x)).all()
