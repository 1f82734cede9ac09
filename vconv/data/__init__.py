"""TRAINING DATA: from the feature file to the batches a model trains on; one module for each kind of data.

A module `name.py` in this folder with a class `Data`, a `TrainingData`, is a kind; the key `training_data` of a model's
YAML names it. No list names the kinds.
"""

from importlib import import_module


def kind(name):
    """Return the class `Data` of the kind `name`: frames, frame_pairs, segments or patches."""
    return import_module(f"{__name__}.{name}").Data
