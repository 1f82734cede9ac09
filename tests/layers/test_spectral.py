"""Spectral normalization: Keras' layer as the oracle, convergence, kernels of zeros, no trainable weights."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from vconv.layers.spectral import SpectralNormalization


def kernels(*shapes):
    return [
        keras.Variable(np.random.default_rng(seed).normal(size=shape).astype("float32"))
        for seed, shape in enumerate(shapes)
    ]


def norm(kernel):
    return np.linalg.norm(np.array(kernel).reshape(-1, kernel.shape[-1]), 2)


@pytest.mark.parametrize("times", [1, 3])
def test_it_equals_the_layer_of_keras(times):
    oracle = keras.layers.SpectralNormalization(keras.layers.Conv2D(5, 3))
    oracle.build((None, 8, 8, 2))
    own = keras.Variable(oracle.kernel)
    spectral = SpectralNormalization([own])
    spectral.weights[0].assign(oracle.vector_u)
    x = np.zeros((1, 8, 8, 2), np.float32)
    for _ in range(times):
        oracle(x, training=True)
        spectral.normalize([own])
    assert np.allclose(own, oracle.kernel, atol=1e-6) and np.allclose(spectral.weights[0], oracle.vector_u, atol=1e-6)


def test_largest_singular_values_converge_to_1_after_every_change():
    own = kernels((3, 4), (5, 2, 6), (1, 1))
    spectral = SpectralNormalization(own)
    normalize = tf.function(lambda: spectral.normalize(own))
    for factor in (5.0, 0.01):
        own[1].assign(own[1] * factor)
        for _ in range(60):
            normalize()
        assert [norm(kernel) for kernel in own] == pytest.approx([1, 1, 1], abs=1e-3)


def test_a_kernel_of_zeros_is_kept_and_normalized_once_it_is_not_zero():
    (own,) = kernels((3, 4))
    spectral = SpectralNormalization([own])
    own.assign(np.zeros((3, 4)))
    spectral.normalize([own])
    assert not np.any(own)
    own.assign(np.diag([2.0, 1.0, 1.0, 0.0])[:3])
    for _ in range(30):
        spectral.normalize([own])
    assert norm(own) == pytest.approx(1, abs=1e-3)


def test_its_vectors_are_not_trainable():
    own = kernels((3, 4), (5, 2, 6))
    spectral = SpectralNormalization(own)
    assert not spectral.trainable_weights and [tuple(w.shape) for w in spectral.weights] == [(1, 4), (1, 6)]
