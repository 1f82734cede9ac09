"""The fit finds the embedding that made the data, leaves out what is unknown, and keeps to the prior if told so."""

import numpy as np
import pytest

from vconv.adaptation import embedding

RANDOM = np.random.default_rng(0)
CONTENT, SIZE, FEATURES = 5, 4, 6
OF_CONTENT, OF_SPEAKER = RANDOM.normal(size=(CONTENT, 20)), 3 * RANDOM.normal(size=(SIZE, 20))
OUTPUT = RANDOM.normal(size=(20, FEATURES)).astype(np.float32)
KNOWN = RANDOM.normal(0, 0.1, (8, SIZE)).astype(np.float32)
TRUE = KNOWN.mean(axis=0) + np.array([0.1, -0.15, 0.05, 0.1], np.float32)
CONTENTS = RANDOM.normal(size=(6, 64, CONTENT)).astype(np.float32)


def network(content, speaker):
    return np.tanh(content @ OF_CONTENT + speaker @ OF_SPEAKER).astype(np.float32) @ OUTPUT


@pytest.fixture
def matched():
    """The output of the true embedding, and the weight, 0 for a third of the frames, whose values are wrong."""
    matched, weight = network(CONTENTS, TRUE), np.ones(CONTENTS.shape[:2], np.float32)
    weight[:, ::3] = 0
    matched[weight == 0] = 99
    return matched, weight


def test_the_true_embedding_is_found(matched):
    found = embedding.fit(network, KNOWN, CONTENTS, *matched, rounds=6, ridge=1e-9)
    np.testing.assert_allclose(found, TRUE, atol=2e-3)
    assert found.dtype == np.float32


def test_the_default_comes_close(matched):
    found = embedding.fit(network, KNOWN, CONTENTS, *matched)
    start = min(np.linalg.norm(known - TRUE) for known in [*KNOWN, KNOWN.mean(axis=0)])
    assert np.linalg.norm(found - TRUE) < start / 5


def test_a_strong_prior_gives_the_mean(matched):
    found = embedding.fit(network, KNOWN, CONTENTS, *matched, ridge=1e6)
    np.testing.assert_allclose(found, KNOWN.mean(axis=0), atol=1e-4)


def test_without_a_round_it_is_the_best_of_the_known_and_their_mean():
    matched = network(CONTENTS, KNOWN[5])
    found = embedding.fit(network, KNOWN, CONTENTS, matched, np.ones(CONTENTS.shape[:2]), rounds=0, ridge=1e-9)
    np.testing.assert_array_equal(found, KNOWN[5])
