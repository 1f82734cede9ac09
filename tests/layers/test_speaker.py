"""Speaker embedding, its merging with a code, scale and shift by the speaker."""

import numpy as np
import pytest

from vconv.layers.sampling import sample_code
from vconv.layers.speaker import MergeSpeaker, SpeakerScaleShift, speaker_embedding


def test_an_embedding_is_a_regularized_table():
    network = speaker_embedding(3, 2, l2=0.5)
    network.set_weights([np.array([[1.0, 2.0], [0.0, 0.0], [3.0, 0.0]])])
    assert np.allclose(network(np.array([2, 0])), [[3, 0], [1, 2]])
    assert float(sum(network.losses)) == pytest.approx(0.5 * 14)


def test_merging_adds_code_and_speaker_with_three_biases():
    layer = MergeSpeaker(2, l2=0.1)
    layer.build([(None, 3), (None, 1)])
    assert layer.count_params() == 3 * 2 + 2 + 1 * 2 + 2 + 2
    for weight in layer.weights:
        weight.assign(np.ones(weight.shape))
    code, speaker = np.array([[1.0, 2.0, 3.0]]), np.array([[10.0]])
    assert np.allclose(layer([code, speaker]), 6 + 10 + 3)
    assert float(sum(layer.losses)) == pytest.approx(0.1 * (6 + 2)), "L2 of the kernels, not of the biases"


def test_scale_and_shift_by_hand():
    layer = SpeakerScaleShift()
    layer.build([(None, None, 2), (None, 1)])
    assert layer.count_params() == 2 * (1 * 2 + 2)
    layer.scale.set_weights([np.array([[0.5, -1.0]]), np.array([0.0, 1.0])])
    layer.shift.set_weights([np.array([[0.0, 1.0]]), np.array([3.0, 0.0])])
    x = np.array([[[1.0, 1.0], [2.0, 4.0]], [[1.0, 1.0], [2.0, 4.0]]])
    found = layer([x, np.array([[0.0], [2.0]])])
    assert np.allclose(found, [[[1 + 3, 2], [2 + 3, 8]], [[2 + 3, 0 + 2], [4 + 3, 0 + 2]]])


def test_sample_code_by_hand():
    assert np.allclose(sample_code(np.array([1.0]), np.array([np.log(4.0)]), np.array([-0.5])), [0.0])
