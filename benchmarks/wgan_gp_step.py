"""Time one WGAN-GP step of `dcgan` against the usual tutorial code, and compare it with the peak of a matrix product.

    python benchmarks/wgan_gp_step.py            # some minutes on two cores, on an idle machine
    python benchmarks/wgan_gp_step.py --rounds 1

Patches of 28 × 28 × 1, random, 128 a batch; dcgan's defaults. The tutorial's step has nested tapes, draws noise and
dropout from Keras' generators, runs eagerly in a `for` loop over the batches and fetches its losses each time; the same
under `tf.function` is timed too. All three begin with the same weights, and their outputs are compared before anything
is timed.

The peak is that of a product of two 2048 × 2048 matrices in float32, the best of several before and after. What a step
must compute is counted on paper, see `multiply_adds`.
"""

import argparse
import os
import time

import keras
import numpy as np
import tensorflow as tf
from keras import layers
from side_by_side import compare

from vconv import models
from vconv.training import info

BATCH = 128
SIZE = 2048  # of the matrices


def tutorial_networks():
    """Return generator and critic as tutorials write them."""

    def norm():
        return [layers.BatchNormalization(), layers.LeakyReLU(0.3)]

    def up(channels, stride):
        return layers.Conv2DTranspose(channels, 5, stride, padding="same", use_bias=False)

    generator = keras.Sequential(
        [
            keras.Input((20,)),
            layers.Dense(7 * 7 * 128, use_bias=False),
            *norm(),
            layers.Reshape((7, 7, 128)),
            up(128, 1),
            *norm(),
            up(64, 2),
            *norm(),
            up(32, 2),
            *norm(),
            up(1, 1),
            layers.Activation("tanh"),
        ]
    )
    critic = keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            layers.Conv2D(64, 5, 1, padding="same"),
            *norm(),
            layers.Conv2D(128, 5, 2, padding="same"),
            *norm(),
            layers.Dropout(0.3),
            layers.Conv2D(256, 5, 2, padding="same"),
            *norm(),
            layers.Dropout(0.3),
            layers.Conv2D(1, 7),
            layers.Flatten(),
        ]
    )
    return generator, critic


class Tutorial:
    """Networks with the weights of a `dcgan` model, two optimizers, and the training step of tutorials."""

    def __init__(self, model, batch=BATCH):
        self.batch = batch
        self.generator, self.critic = tutorial_networks()
        self.generator.set_weights(model.generator.get_weights())
        self.critic.set_weights(model.critic.get_weights())
        self.optimizers = [keras.optimizers.Adam(2e-4, 0.5, 0.9) for _ in range(2)]
        for optimizer, net in zip(self.optimizers, (self.generator, self.critic), strict=True):
            optimizer.build(net.trainable_variables)

    def penalty(self, real, fake):
        share = tf.random.uniform((self.batch, 1, 1, 1))
        between = real + share * (fake - real)
        with tf.GradientTape() as tape:
            tape.watch(between)
            score = self.critic(between, training=True)
        gradient = tape.gradient(score, between)
        norm = tf.sqrt(tf.reduce_sum(tf.square(gradient), axis=[1, 2, 3]) + 1e-12)
        return tf.reduce_mean((norm - 1.0) ** 2)

    def step(self, real):
        z = tf.random.uniform((self.batch, 20), -1, 1)
        with tf.GradientTape() as tape:
            fake = self.generator(z, training=True)
            real_score, fake_score = self.critic(real, training=True), self.critic(fake, training=True)
            critic_loss = tf.reduce_mean(fake_score) - tf.reduce_mean(real_score) + 10 * self.penalty(real, fake)
        gradients = tape.gradient(critic_loss, self.critic.trainable_variables)
        self.optimizers[1].apply_gradients(zip(gradients, self.critic.trainable_variables, strict=True))
        z = tf.random.uniform((self.batch, 20), -1, 1)
        with tf.GradientTape() as tape:
            loss = -tf.reduce_mean(self.critic(self.generator(z, training=True), training=True))
        gradients = tape.gradient(loss, self.generator.trainable_variables)
        self.optimizers[0].apply_gradients(zip(gradients, self.generator.trainable_variables, strict=True))
        return critic_loss, loss


def multiply_adds(model, batch=BATCH):
    """Return the multiply-adds that one step needs at least.

    G and C are those of one patch in generator and critic, G₁ and C₁ those of the first layer, Cₛ those of the last
    layer of the critic:

    - critic's update: G for the fakes; 2C forward; 4C − 2C₁ backward, to weights and layer inputs, but not to patches.
    - penalty: C forward and C back to the input; 2C − Cₛ for the gradient of this backward pass with respect to kernels
      and incoming gradients; 2C − 2Cₛ − C₁ through the forward pass, because the batch statistics depend on it.
    - generator's update: G + C forward, C back to the fakes, 2G − G₁ back to weights and layers.
    """
    described = info.describe("dcgan", 0, 0)["networks"]
    g, c = (described[name]["multiply_adds"] for name in ("generator", "critic"))
    start, first, last = (
        info._multiply_adds(net.get_layer(layer))
        for net, layer in ((model.generator, "start"), (model.critic, "critic_1"), (model.critic, "score"))
    )
    critic = g + 6 * c - 2 * first
    penalty = 6 * c - 3 * last - first
    return batch * (critic + penalty + 3 * g - start + 2 * c)


def peak(times=8):
    """Return the multiply-adds a second of the fastest of `times` matrix products."""
    one, other = (tf.random.normal((SIZE, SIZE)) for _ in range(2))
    seconds = []
    for _ in range(times + 1):
        begin = time.perf_counter()
        tf.matmul(one, other).numpy()
        seconds.append(time.perf_counter() - begin)
    return SIZE**3 / min(seconds[1:])


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--steps", type=int, default=5, help="steps a round")
    options = parser.parse_args()
    tf.config.optimizer.set_experimental_options({"disable_meta_optimizer": True})
    keras.utils.set_random_seed(0)
    model = models.build("dcgan", models.settings("dcgan"))
    eager, graph = Tutorial(model), Tutorial(model)
    patches = np.random.default_rng(0).uniform(-1, 1, (options.steps, BATCH, 28, 28, 1)).astype(np.float32)
    batches = [(tf.constant(batch), tf.zeros(BATCH, tf.int32)) for batch in patches]
    z = np.random.default_rng(1).uniform(-1, 1, (4, 20)).astype(np.float32)
    assert np.allclose(model(z), eager.generator(z, training=False), atol=1e-5)
    assert np.allclose(
        model.critic([patches[0], np.zeros(2, np.int32)], training=False),
        eager.critic(patches[0], training=False)[:, 0],
        atol=1e-4,
    )
    our_step, graph_step = tf.function(model.train_step, autograph=False), tf.function(graph.step, autograph=False)

    def fetching(step):
        for real, _ in batches:
            print(*(f"{float(loss):.4g}" for loss in step(real)), file=log)

    def ours():
        for batch in batches:
            logs = our_step(batch)
        print({name: float(value) for name, value in logs.items()}, file=log)

    with open(os.devnull, "w", encoding="utf-8") as log:
        alternatives = {
            "tutorial, eager": lambda: fetching(eager.step),
            "tutorial, tf.function": lambda: fetching(graph_step),
            "vconv": ours,
        }
        before = peak()
        for run in alternatives.values():
            run()  # tracing and compilation are not timed
        seconds = compare(alternatives, options.rounds, "steps", options.steps)
        best = max(before, peak())
    needed = multiply_adds(model)
    print(f"a step needs {2 * needed / 1e9:.1f} GFLOP, a matrix product does {2 * best / 1e9:.0f} GFLOP/s")
    for name, times in seconds.items():
        shares = sorted(needed * options.steps / best / each for each in times)
        print(f"{name:44s}{shares[len(shares) // 2]:12.0%} of the peak   ({shares[0]:.0%} to {shares[-1]:.0%})")


if __name__ == "__main__":
    main()
