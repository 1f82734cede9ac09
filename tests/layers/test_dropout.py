"""Seeded dropout: the share, the scale, and noise that depends on the seed and the layer's number alone."""

import numpy as np
import pytest
import tensorflow as tf

from vconv.layers.dropout import SeededDropout

X = np.full((100, 10, 10, 3), 2.0, np.float32)


def dropped(rate=0.3, number=1, seed=(0, 1), training=True):
    return SeededDropout(rate, number)([X, tf.constant(seed)], training=training).numpy()


def test_a_share_is_dropped_and_the_rest_scaled_up():
    y = dropped()
    assert (y == 0).mean() == pytest.approx(0.3, abs=0.01)
    assert np.allclose(y[y != 0], 2 / 0.7) and y.mean() == pytest.approx(2, abs=0.03)


def test_the_noise_depends_on_seed_and_number_alone():
    y = dropped()
    assert np.array_equal(y, dropped())
    for other in (dropped(seed=(0, 2)), dropped(seed=(1, 1)), dropped(number=2)):
        agreed = ((y == 0) == (other == 0)).mean()
        assert agreed == pytest.approx(0.3**2 + 0.7**2, abs=0.02), "two independent draws agree as often"


def test_nothing_is_dropped_outside_training_or_at_rate_0():
    assert np.array_equal(dropped(training=False), X) and np.array_equal(dropped(rate=0.0), X)
