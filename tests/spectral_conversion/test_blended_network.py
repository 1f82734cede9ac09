"""A blend of speakers is predicted by the networks that its speakers have, by weight."""

from types import SimpleNamespace

import numpy as np
import pytest

from vconv.spectral_conversion.blend import Blend
from vconv.spectral_conversion.blended_network import BlendedNetwork
from vconv.spectral_conversion.network import Network
from vconv.voices import ready

REACH = 20, 20  # of the ready voices
EMBEDDINGS = np.float32([[1, 2], [3, 6], [5, 7]])
CONTENT = np.float32([[[1, 2], [3, 4]]])


class Fake(SimpleNamespace):
    """factor · content + embedding."""

    def __call__(self, content, embedding):
        return self.factor * content + embedding


@pytest.fixture
def fake():
    """The last of three speakers has a network of its own."""
    return BlendedNetwork(Fake(factor=1, embeddings=EMBEDDINGS, fine_tuned={2: Fake(factor=10)}))


@pytest.fixture(scope="module")
def real():
    """The ready voice, of whose speakers 1 and 3 have other networks, and the networks by speaker."""
    voice, names = ready.open_run("vcc2016"), ("vcc2016", "sample", "vcc2016")
    shared, *own = (Network(ready.open_run(name).network_content()) for name in names)
    shared.embeddings = voice.network().embeddings
    shared.fine_tuned = dict(zip((1, 3), own, strict=True))
    return BlendedNetwork(shared), {0: shared, 1: own[0], 2: shared, 3: own[1]}, shared.embeddings


def test_a_speaker_is_predicted_by_the_own_network_or_by_the_shared_one(fake):
    for number, factor in enumerate((1, 1, 10)):
        np.testing.assert_array_equal(fake(CONTENT, Blend.of(number)), factor * CONTENT + EMBEDDINGS[number])


def test_speakers_of_the_shared_network_are_blended_by_their_embedding(fake):
    blend = Blend(((0, 0.25), (1, 0.75)))
    np.testing.assert_array_equal(fake(CONTENT, blend), CONTENT + [2.5, 5])


def test_predictions_of_several_networks_are_blended_by_weight(fake):
    blend = Blend(((0, 0.125), (1, 0.375), (2, 0.5)))
    expected = 0.5 * (CONTENT + [2.5, 5]) + 0.5 * (10 * CONTENT + EMBEDDINGS[2])
    np.testing.assert_allclose(fake(CONTENT, blend), expected, rtol=1e-6)


def test_a_stream_gives_what_the_utterance_gives_also_after_a_change_of_the_target(real):
    network, _, _ = real
    content = np.random.default_rng(0).normal(size=(240, 27)).astype(np.float32)
    push, blends, outputs = network.stream(REACH, 1, 0), (Blend.of(1), Blend(((0, 0.5), (3, 0.5)))), []
    for number, first in enumerate(range(0, 240, 10)):
        outputs.append(push(content[first : first + 10], blends[number // 12])[0])
    stream = np.concatenate(outputs)
    whole = [network(content[None], blend)[0] for blend in blends]
    assert len(stream) == 220
    np.testing.assert_allclose(stream[:100], whole[0][:100], atol=1e-4)
    np.testing.assert_allclose(stream[150:], whole[1][150:220], atol=1e-4)


def test_other_speakers_are_predicted_to_the_bit_as_without_fine_tuned_networks(real):
    network, networks, embeddings = real
    content = np.random.default_rng(1).normal(size=(1, 50, 27)).astype(np.float32)
    for blend in (Blend.of(0), Blend(((0, 0.3), (2, 0.7)))):
        np.testing.assert_array_equal(network(content, blend), networks[0](content, blend.mean(embeddings)))
