"""The network of `matched` looks back and ahead as far as its settings say, and a limit changes nothing else."""

import subprocess
import sys

import keras
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vconv import models
from vconv.models.matched import converter
from vconv.models.receptive_field import paddings, reach

DEFAULT = models.settings("matched")["network"]
FRAMES, CHANGED = 120, 60


def settings_of(limit=1_000_000, kernel=5, dilations=(1, 2, 4, 1)):
    return DEFAULT | {"channels": 5, "kernel": kernel, "dilations": list(dilations), "look_ahead_frames": limit}


@pytest.mark.parametrize(
    "limit, expected",
    [
        (1_000_000, [(2, 2), (2, 2), (4, 4), (8, 8), (2, 2)]),
        (18, [(2, 2), (2, 2), (4, 4), (8, 8), (2, 2)]),
        (17, [(2, 2), (2, 2), (4, 4), (8, 8), (3, 1)]),
        (5, [(2, 2), (2, 2), (7, 1), (16, 0), (4, 0)]),
        (4, [(2, 2), (2, 2), (8, 0), (16, 0), (4, 0)]),
        (0, [(4, 0), (4, 0), (8, 0), (16, 0), (4, 0)]),
    ],
)
def test_the_limit_is_spent_from_the_first_convolution_on(limit, expected):
    assert paddings(settings_of(limit)) == expected
    assert reach(settings_of(limit)) == (36 - min(limit, 18), min(limit, 18))


def test_an_even_kernel_looks_ahead_by_the_larger_half_as_in_keras():
    assert paddings(settings_of(kernel=4, dilations=(1, 2, 3))) == [(1, 2), (1, 2), (3, 3), (4, 5)]


@given(st.integers(1, 9), st.lists(st.integers(1, 20), min_size=1, max_size=6), st.integers(0, 200))
def test_a_limit_shifts_the_receptive_field_and_keeps_its_size(kernel, dilations, limit):
    back, ahead = reach(settings_of(limit, kernel, dilations))
    full_back, full_ahead = reach(settings_of(kernel=kernel, dilations=dilations))
    assert ahead == min(limit, full_ahead)
    assert back + ahead == full_back + full_ahead == (kernel - 1) * (1 + sum(dilations))


def impulse_response(settings):
    """Return the frames of the output, relative to the changed one, that the change of an input frame changes."""
    random, network = np.random.default_rng(0), converter(3, 4, settings)
    for weight in network.weights:
        weight.assign(random.normal(size=weight.shape))
    content = random.normal(size=(2, FRAMES, 3)).astype("float32")
    content[1] = content[0]
    content[1, CHANGED] += 1
    speaker = np.ones((2, settings["speaker_embedding"]), "float32")
    one, other = np.array(network([content, speaker]))
    return np.flatnonzero((one != other).any(axis=1)) - CHANGED


@pytest.mark.parametrize("limit", [0, 1, 3, 4, 7, 18, 1_000_000])
@pytest.mark.parametrize("kernel, dilations", [(5, (1, 2, 4, 1)), (4, (3, 1)), (2, (1, 1, 5)), (1, (1,))])
def test_a_frame_changes_the_outputs_within_the_reach_and_at_both_of_its_ends(limit, kernel, dilations):
    settings = settings_of(limit, kernel, dilations)
    back, ahead = reach(settings)
    changed = impulse_response(settings)
    assert (changed.min(), changed.max()) == (-ahead, back)


def built(limit):
    keras.utils.set_random_seed(3)
    settings = models.settings("matched", {"network": {"channels": 8, "look_ahead_frames": limit}})
    return models.build("matched", settings, speakers=3, content_size=27, acoustic_size=40)


def test_weights_and_their_first_values_do_not_depend_on_the_limit():
    limited, unlimited = built(4), built(1_000_000)
    for one, other in zip(limited.weights, unlimited.weights, strict=True):
        assert one.path == other.path and np.array_equal(one, other)


def test_a_limit_beyond_the_reach_gives_the_same_layers():
    names = [[layer.name for layer in built(limit).converter.layers] for limit in (17, 18, 1_000_000)]
    assert names[0] != names[1] == names[2]


@pytest.mark.parametrize("length", [1, 30])
def test_utterances_of_any_length_are_converted(length):
    content = np.zeros((2, length, 27), "float32")
    assert built(0)((content, np.zeros(2, "int32"))).shape == (2, length, 40)


def test_the_reach_is_known_without_keras():
    script = "import sys; from vconv.models import receptive_field; sys.exit('keras' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0
