"""TRAINING DATA: feature file → training and validation examples; one module for each kind of training data.

A module `name.py` in this folder that defines a class `Data`, derived from `TrainingData`, is a kind. The key
`training_data` of a model's YAML selects it. No list names the kinds.
"""

from importlib import import_module


def kind(name):
    """Return the class `Data` of the kind `name`: frames, frame_pairs, segments or patches."""
    return import_module(f"{__name__}.{name}").Data
