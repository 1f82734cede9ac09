"""The encoder learns to name the clusters; what it says of an utterance depends on that utterance alone."""

import keras
import numpy as np
import pytest

from vconv.alignment import encoder
from vconv.alignment.rows import Rows


@pytest.fixture
def rows(trio):
    return Rows(trio.store, trio.statistics)


def test_it_learns_the_names_and_hears_them_in_held_out_speech(rows, trio, small_match):
    lines = []
    labels = (trio.sounds + 1).astype(np.int32)
    network = encoder.fit(rows, labels, small_match["encoder"], 0, lines.append)
    held_out = rows.utterances[4]
    assert held_out.split == "validation"
    place = slice(held_out.start, held_out.start + held_out.length)
    named = network(rows.content[None, place])[1][0].numpy().argmax(axis=1)
    assert (named == labels[place]).mean() > 0.8
    assert len(lines) == 1 and lines[0].startswith("  step 60 of 60: cross-entropy ")


def test_the_same_seed_gives_the_same_network(rows, trio, small_match):
    settings, labels = small_match["encoder"] | {"steps": 3}, (trio.sounds + 1).astype(np.int32)
    one, same, other = (encoder.fit(rows, labels, settings, seed, list).get_weights() for seed in (0, 0, 1))
    assert all(np.array_equal(first, second) for first, second in zip(one, same, strict=True))
    assert not np.array_equal(one[0], other[0])


def test_codes_of_an_utterance_depend_on_it_alone(rows, small_match):
    keras.utils.set_random_seed(0)
    network = encoder.build(small_match["encoder"])
    before = encoder.encode(network, rows)
    assert before.shape == (len(rows.first), 8) and before.dtype == np.float32
    changed = slice(rows.utterances[3].start, rows.utterances[3].start + rows.utterances[3].length)
    rows.content[changed] += 1
    after = encoder.encode(network, rows)
    moved = (before != after).any(axis=1)
    assert moved[changed].all() and not np.delete(moved, np.r_[changed]).any()


def test_the_default_network_is_the_published_sizes(small_match):
    network = encoder.build(small_match["encoder"] | {"channels": 128, "code": 64, "units": 100})
    convolutions = 27 * 5 * 128 + 128 + 4 * (128 * 5 * 128 + 128)
    norms, ends = 5 * 256 + 128, 128 * 64 + 64 + 64 * 100 + 100
    assert network.count_params() == convolutions + norms + ends
