"""A run folder with a checkpoint of an untrained model, for tests of conversion."""

import keras
import numpy as np
from small import changes_for

from vconv import models
from vconv.common.version import __version__
from vconv.training.run_folder import RunFolder

SPREAD = 0.1  # of the random changes of the initial weights


def untrained(path, statistics, name="convvae", epochs=1, transforms=None, **changes):
    """Write a `RunFolder` of the small model `name` with random weights; return it and the model.

    `changes` are further settings, nested like the model's YAML.
    """
    folder = RunFolder(path)
    settings = {
        "model": name,
        "settings": models.settings(name, changes_for(name) | changes),
        "corpus": {},
        "features": {},
        "versions": {"vconv": __version__},
    }
    folder.create(settings, statistics, transforms)
    keras.utils.set_random_seed(0)  # so that no rounding error of one test run is larger than of another
    model = folder.build_model()
    step(model, folder, epochs)
    return folder, model


def step(model, folder, epochs):
    """Change all weights of a model at random, and save a checkpoint after so many `epochs`."""
    random = np.random.default_rng(epochs)
    for weight in model.weights:
        weight.assign_add(random.normal(0, SPREAD, weight.shape))
    folder.save_checkpoint(model, epochs)
