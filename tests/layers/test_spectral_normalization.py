"""Keras' spectral normalisation in a critic: it bounds the layer, is saved, and goes on exactly."""
import keras
import numpy as np
import tensorflow as tf

from vconv.adversarial import minimise

X = tf.constant(np.random.default_rng(0).normal(size=(16, 3)).astype("float32"))


def critic():
    layer = keras.layers.SpectralNormalization(keras.layers.Dense(4))
    return keras.Sequential([keras.Input((3,)), layer, keras.layers.LeakyReLU(0.3), keras.layers.Dense(1)])


def train(net, steps):
    optimizer = keras.optimizers.SGD(0.1)
    for _ in range(steps):
        minimise(lambda: (tf.reduce_mean(net(X, training=True) * X[:, :1]), {}), net.trainable_variables, optimizer)


def test_a_resumed_critic_goes_on_with_its_power_iteration_bit_for_bit(tmp_path):
    keras.utils.set_random_seed(0)
    whole, parts, fresh_vector = critic(), critic(), critic()
    train(whole, 3)
    whole.save_weights(tmp_path / "x.weights.h5")
    for net in parts, fresh_vector:
        net.load_weights(tmp_path / "x.weights.h5")
    fresh_vector.layers[0].vector_u.assign([[0.0, 0.0, 0.0, 1.0]])
    for net in whole, parts, fresh_vector:
        train(net, 3)
    assert all(np.array_equal(one, other) for one, other in zip(whole.weights, parts.weights, strict=True))
    assert not np.array_equal(whole.weights[0], fresh_vector.weights[0]), "the vector matters, so it must be saved"


def test_the_largest_singular_value_of_the_kernel_tends_to_one():
    net = critic()
    net.layers[0].layer.kernel.assign(5 * np.random.default_rng(1).normal(size=(3, 4)))
    for _ in range(30):
        net(X, training=True)
    assert np.isclose(np.linalg.svd(net.layers[0].layer.kernel.numpy(), compute_uv=False)[0], 1, atol=1e-3)
