"""A small DCGAN and a batch of random patches."""

import numpy as np
import tensorflow as tf
from small import changes_for

from vconv import models
from vconv.common import config

SMALL = changes_for("dcgan")


def build(*assignments, small=True):
    changes = config.overlay(SMALL if small else {}, config.parse_assignments(assignments))
    return models.build("dcgan", models.settings("dcgan", changes))


def batch(rows=4, seed=0):
    patches = np.random.default_rng(seed).uniform(-1, 1, (rows, 12, 8, 1)).astype(np.float32)
    return tf.constant(patches), tf.zeros(rows, tf.int32)
