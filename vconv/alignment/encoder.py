"""The network that names the sound in each row, whoever speaks it, and what it has learned for that: the code."""

import keras
import numpy as np
import tensorflow as tf
from keras import layers

from vconv.alignment.crops import Crops
from vconv.features.cepstra import CONTENT_SIZE

REPORT_STEPS = 300


def build(settings):
    """Return the network: content [batch, T, 27] → code [batch, T, code], scores of the units [batch, T, units].

    Parameters
    ----------
    settings : dict
        The section `encoder` of match.yaml.
    """
    channels, kernel, slope = settings["channels"], settings["kernel"], settings["slope"]
    content = keras.Input((None, CONTENT_SIZE), name="content")
    x = layers.Conv1D(channels, kernel, padding="same")(content)
    for dilation in settings["dilations"]:
        y = layers.LeakyReLU(slope)(layers.LayerNormalization()(x))
        y = layers.Dropout(settings["dropout"])(y)
        x = x + layers.Conv1D(channels, kernel, padding="same", dilation_rate=dilation)(y)
    x = layers.LeakyReLU(slope)(layers.LayerNormalization()(x))
    code = layers.LayerNormalization(name="code")(layers.Dense(settings["code"])(x))
    return keras.Model(content, [code, layers.Dense(settings["units"], name="units")(code)])


def fit(rows, labels, settings, seed, report=print):
    """Train a network to name the cluster of each row of perturbed crops, hidden rows included.

    Parameters
    ----------
    rows : Rows
    labels : ndarray [n], int32
    settings : dict
        The section `encoder` of match.yaml.
    seed : int
    report : callable
        Takes a line of text for the user each 300 steps.

    Returns
    -------
    network : keras.Model
        As `build` returns it.
    """
    keras.utils.set_random_seed(seed)
    tf.config.optimizer.set_experimental_options({"disable_meta_optimizer": True})  # see docs/architecture.md
    crops, network = Crops(rows, labels, settings, seed), build(settings)
    schedule = keras.optimizers.schedules.CosineDecay(settings["learning_rate"], settings["steps"])
    optimizer = keras.optimizers.Adam(schedule)
    optimizer.build(network.trainable_variables)

    @tf.function
    def step(content, units, weights):
        """Update the network by one batch of `Crops.draw`; return its cross-entropy in nats and the share right."""
        with tf.GradientTape() as tape:
            scores = network(content, training=True)[1]
            entropy = tf.nn.sparse_softmax_cross_entropy_with_logits(units, scores)
            loss = tf.reduce_sum(entropy * weights) / tf.reduce_sum(weights)
        optimizer.apply(tape.gradient(loss, network.trainable_variables), network.trainable_variables)
        right = tf.cast(tf.argmax(scores, -1, tf.int32) == units, tf.float32)
        return loss, tf.reduce_sum(right * weights) / tf.reduce_sum(weights)

    log = []
    for number in range(1, settings["steps"] + 1):
        log.append([float(value) for value in step(*crops.draw())])
        if number % REPORT_STEPS == 0 or number == settings["steps"]:
            entropy, right = np.mean(log, axis=0)
            report(f"  step {number} of {settings['steps']}: cross-entropy {entropy:.3f}, {right:.0%} of units right")
            log.clear()
    return network


def encode(network, rows):
    """Return the codes of all rows, float32 [n, code]; an utterance's do not depend on the other utterances."""
    @tf.function(input_signature=[tf.TensorSpec((1, None, CONTENT_SIZE))])
    def code(content):
        return network(content, training=False)[0][0]

    # Utterances of unlike length in one batch would need padding, and the convolutions would hear it.
    return np.concatenate([code(rows.content[None, row.start:row.start + row.length]) for row in rows.utterances])
