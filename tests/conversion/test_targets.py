"""The target of a conversion: names, blends, and what is refused."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vconv.common.errors import VconvError
from vconv.conversion.targets import name_of, parse
from vconv.spectral_conversion.blend import Blend

SPEAKERS = ("TF1", "TM2", "a,b", "a", "a:1", "Zoë", "a,b:c")


@pytest.mark.parametrize("name", [*SPEAKERS, "Zoe\u0308"])
def test_a_speakers_name_is_this_speaker_whatever_its_characters(name):
    number = SPEAKERS.index("Zoë") if name.startswith("Zo") else SPEAKERS.index(name)
    assert parse(name, SPEAKERS) == Blend.of(number) == parse({name: 3}, SPEAKERS)
    assert name_of(parse(name, SPEAKERS), SPEAKERS) == SPEAKERS[number]


@pytest.mark.parametrize(
    ("text", "weights"),
    [
        ("TF1:0.6,TM2:0.4", {0: 0.6, 1: 0.4}),
        ("TM2:3, TF1:1", {0: 0.25, 1: 0.75}),
        ("TF1:1,TM2:0", {0: 1.0}),
        ("a,b:1,a:1:1,a,b:c:2", {2: 0.25, 4: 0.25, 6: 0.5}),
        ("a:2,Zoe\u0308:2", {3: 0.5, 5: 0.5}),
    ],
)
def test_a_blend_is_written_as_names_with_weights_which_are_normalized(text, weights):
    found = parse(text, SPEAKERS)
    assert dict(found.weights) == pytest.approx(weights) and list(found.weights) == sorted(found.weights)
    assert parse({SPEAKERS[number]: weight for number, weight in weights.items()}, SPEAKERS) == found
    assert parse(name_of(found, SPEAKERS), SPEAKERS).weights == found.weights


@pytest.mark.parametrize(
    ("target", "sentence"),
    [
        ("X", "--target: 'X' is not allowed; choose one of: TF1, TM2"),
        ("", "--target: '' is not allowed"),
        ("TF1:0.5,X:0.5", "--target: 'X' is not allowed; choose one of: TF1, TM2"),
        ("TF1:-0.2,TM2:1", "--target: the weight of 'TF1' is '-0.2'; give a number from 0 up"),
        ("TF1:nan,TM2:1", "the weight of 'TF1' is 'nan'; give a number from 0 up"),
        ("TF1:inf", "the weight of 'TF1' is 'inf'"),
        ("TF1:", "the weight of 'TF1' is ''"),
        ("TF1:half", "the weight of 'TF1' is 'half'"),
        ("TF1:0,TM2:0", "--target: the sum of the weights is 0; give one speaker or more a weight above 0"),
        ("TF1:1e308,TM2:1e308", "the sum of the weights is inf"),
        ("TF1:1,TF1:2", "'TF1' has two weights in 'TF1:1,TF1:2'; give it one"),
        ({}, "the sum of the weights is 0"),
        ({"TF1": None}, "the weight of 'TF1' is None"),
        ({"TF1": math.nan}, "the weight of 'TF1' is nan"),
        ({"X": 1}, "'X' is not allowed"),
    ],
)
def test_impossible_targets_are_one_sentence(target, sentence):
    with pytest.raises(VconvError) as error:
        parse(target, SPEAKERS, "--target")
    assert sentence in str(error.value) and "\n" not in str(error.value)


@given(st.lists(st.floats(0, 1e3), min_size=2, max_size=2).filter(lambda weights: sum(weights) > 1e-3))
def test_the_mean_lies_between_the_speakers_and_is_monotone_in_the_weights(weights):
    values = np.array([[1.0, -3.0], [2.0, -7.0]])
    mean = parse({"A": weights[0], "B": weights[1]}, ("A", "B")).mean(values)
    share = weights[1] / sum(weights)
    np.testing.assert_allclose(mean, values[0] + share * (values[1] - values[0]), rtol=1e-9)


def test_the_mean_of_one_speaker_is_its_value_to_the_bit():
    values = np.random.default_rng(0).standard_normal((3, 40)).astype(np.float32)
    found = Blend.of(1).mean(values)
    assert np.array_equal(found, values[1]) and found.dtype == np.float32
