"""Further training of the network of `matched` for one speaker, on segments in memory."""

import keras
import numpy as np
import tensorflow as tf

from vconv.models.loss_tracking import minimize
from vconv.models.matched import content_of, mean_square

STEPS, BATCH_SIZE, LEARNING_RATE = 600, 32, 3e-4  # a higher rate costs words (docs/adapt.md)
OWN_SHARE = 0.2  # of a batch: recorded segments, which a larger share learns by heart; the others are matched
CONSISTENCY = 1.0  # weight of the consistency, which keeps words
SEED = 0


def fine_tune(network, embedding, recorded, matched, known, rule):
    """Train all weights of a network for a speaker.

    The loss is that of `matched`. For the consistency, the prediction is converted to a third speaker, one of the known
    ones, by the network as it was. The learning rate falls along half a cosine to 0.

    Parameters
    ----------
    network : keras.Model
        (content float32 [batch, T, C], speaker embedding float32 [batch, E]) → float32 [batch, T, A].
    embedding : ndarray [E], float32
        Of the speaker; it stays as it is.
    recorded, matched : tuple of ndarray
        Segments of the speaker, and of other speakers with matched frames: contents [n, T, C], normalized acoustic
        features [n, T, A] of the speaker, and weights [n, T], all float32.
    known : ndarray [S, E], float32
        Embeddings of the speakers of the network.
    rule : vconv.features.content.interface.ContentFromAcoustic or None
        Of the speaker alone. None: without the consistency.
    """
    variables = network.trainable_variables
    optimizer = keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(LEARNING_RATE, STEPS))
    optimizer.build(variables)
    speaker = tf.tile(embedding[None], (BATCH_SIZE, 1))
    before = keras.models.clone_model(network)
    before.set_weights(network.get_weights())

    @tf.function
    def step(contents, wanted, weight, third):
        """Update the weights by one batch of segments; `third` [batch, E] are the embeddings of the third speakers."""

        def loss_of():
            """Return (loss, terms), as `minimize` takes them."""
            predicted = network([contents, speaker])
            loss = mean_square(predicted - wanted, weight)
            if rule:
                again = before([content_of(rule, predicted, contents, tf.zeros(BATCH_SIZE, tf.int32)), third])
                difference = again - before([contents, third])
                loss += CONSISTENCY * mean_square(difference, tf.cast(weight > 0, tf.float32))
            return loss, {}

        minimize(loss_of, variables, optimizer)

    random, own = np.random.default_rng(SEED), round(BATCH_SIZE * OWN_SHARE)
    recorded, matched = map(_with_mean_weight_1, (recorded, matched))
    for _ in range(STEPS):
        chosen = random.integers(len(recorded[0]), size=own), random.integers(len(matched[0]), size=BATCH_SIZE - own)
        step(
            *(np.concatenate([one[chosen[0]], other[chosen[1]]]) for one, other in zip(recorded, matched, strict=True)),
            known[random.integers(len(known), size=BATCH_SIZE)],
        )


def _with_mean_weight_1(segments):
    """Return segments whose weights that are not 0 have the mean 1."""
    *arrays, weight = segments
    return *arrays, weight * ((weight > 0).sum() / max(weight.sum(), 1)).astype(np.float32)
