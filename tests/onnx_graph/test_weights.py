"""Weights come back from ONNX: a network with other weights computes the same after they are loaded."""

import keras
import numpy as np
import pytest
from small import changes_for

from vconv import models
from vconv.onnx_graph.network import to_onnx
from vconv.onnx_graph.weights import load_weights


def converter(name, seed, **network):
    """Return the converter of a small model with random weights of every kind, biases and offsets too."""
    changes = changes_for(name)
    changes["network"] |= network
    model = models.build(name, models.settings(name, changes), speakers=2, content_size=27, acoustic_size=40)
    random = np.random.default_rng(seed)
    for weight in model.weights:
        weight.assign(random.normal(size=weight.shape))
    return model.converter


@pytest.mark.parametrize("name", ["matched", "matched_live"])
def test_a_network_computes_what_the_one_whose_weights_it_loads_computes(name):
    written, other = converter(name, 0), converter(name, 1)
    x = [np.random.default_rng(2).normal(size=shape).astype(np.float32) for shape in ((2, 30, 27), (2, 3))]
    expected = np.array(written(x))
    assert np.abs(np.array(other(x)) - expected).max() > 0.1
    load_weights(other, to_onnx(written, {}).SerializeToString())
    for mine, known in zip(other.get_weights(), written.get_weights(), strict=True):
        np.testing.assert_array_equal(mine, known)
    np.testing.assert_array_equal(np.array(other(x)), expected)


def test_a_network_of_other_layers_is_refused():
    content = to_onnx(converter("matched", 0), {}).SerializeToString()
    keras.utils.set_random_seed(0)
    with pytest.raises(ValueError, match="weight"):
        load_weights(converter("matched", 0, channels=5), content)
