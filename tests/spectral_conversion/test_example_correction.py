"""Predictions of a speaker with examples are moved to the distribution of its recordings, and to frames of them."""

import numpy as np
import pytest

from vconv.spectral_conversion import example_correction
from vconv.spectral_conversion.blend import Blend
from vconv.spectral_conversion.example_correction import ExampleCorrection, Examples, around, transport

RANDOM = np.random.default_rng(0)
SEQUENCE = RANDOM.normal(size=(30, 40)).astype(np.float16)
RECORDED = RANDOM.normal(size=(30, 40)).astype(np.float16)
ADDED, TRAINED = 3, 0


@pytest.fixture
def examples():
    return Examples(around(SEQUENCE), RECORDED, np.full(30, ADDED, np.int32))


@pytest.fixture
def one(monkeypatch):
    """The nearest frame alone, without the affine map."""
    monkeypatch.setattr(example_correction, "NEIGHBORS", 1)
    monkeypatch.setattr(example_correction, "SHARE", 1.0)


@pytest.fixture
def retrieved(monkeypatch):
    """The mean of the nearest frames, without the affine map."""
    monkeypatch.setattr(example_correction, "SHARE", 1.0)


def test_around_repeats_the_ends():
    found = around(np.arange(4.0)[:, None])[..., 0]
    np.testing.assert_array_equal(found, [[0, 0, 2], [0, 1, 3], [0, 2, 3], [1, 3, 3]])


def test_the_prediction_of_a_recorded_frame_becomes_what_was_recorded(one, examples):
    found = ExampleCorrection(examples)(SEQUENCE.astype(np.float32), Blend.of(ADDED))
    np.testing.assert_allclose(found, RECORDED, atol=1e-6)
    assert found.dtype == np.float32


def test_frames_before_and_after_decide_between_equal_predictions(one):
    """The middle frames of two recordings have the same prediction; those around it tell them apart."""
    sequences = RANDOM.normal(size=(2, 5, 40)).astype(np.float32)
    sequences[:, 2] = 0
    keys, recorded = np.concatenate([around(part) for part in sequences]), np.arange(10.0)[:, None] * np.ones(40)
    found = ExampleCorrection(Examples(keys, recorded, np.full(10, ADDED)))
    for number, sequence in enumerate(sequences):
        np.testing.assert_array_equal(found(sequence, Blend.of(ADDED))[2], 5 * number + 2)


def test_several_frames_are_averaged(retrieved, examples):
    """Four examples with one prediction are all as near, so that their mean is retrieved."""
    same = examples._replace(predicted=np.where(np.arange(30)[:, None, None] < 4, 0.0, 9.0) * np.ones((30, 3, 40)))
    found = ExampleCorrection(same)(np.zeros((3, 40), np.float32), Blend.of(ADDED))
    np.testing.assert_allclose(found, np.tile(RECORDED[:4].astype(float).mean(axis=0), (3, 1)), atol=1e-5)


def test_other_speakers_keep_the_prediction_to_the_bit(examples):
    predicted = RANDOM.normal(size=(9, 40)).astype(np.float32)
    np.testing.assert_array_equal(ExampleCorrection(examples)(predicted, Blend.of(TRAINED)), predicted)


def test_a_blend_is_corrected_by_the_weight_of_the_speaker(examples):
    predicted, corrects = RANDOM.normal(size=(9, 40)).astype(np.float32), ExampleCorrection(examples)
    found = corrects(predicted, Blend(((TRAINED, 0.75), (ADDED, 0.25))))
    np.testing.assert_allclose(found, 0.75 * predicted + 0.25 * corrects(predicted, Blend.of(ADDED)), atol=1e-6)


def test_each_speaker_has_its_own_examples(one, examples):
    other = Examples(examples.predicted, -examples.recorded, np.full(30, ADDED + 1, np.int32))
    both = ExampleCorrection(Examples(*map(np.concatenate, zip(examples, other, strict=True))))
    predicted = SEQUENCE.astype(np.float32)
    np.testing.assert_array_equal(both(predicted, Blend.of(ADDED)), -both(predicted, Blend.of(ADDED + 1)))


def test_chunks_do_not_matter(monkeypatch, examples):
    predicted = RANDOM.normal(size=(50, 40)).astype(np.float32)
    whole = ExampleCorrection(examples)(predicted, Blend.of(ADDED))
    monkeypatch.setattr(example_correction, "CHUNK_FRAMES", 7)
    np.testing.assert_allclose(ExampleCorrection(examples)(predicted, Blend.of(ADDED)), whole, atol=1e-5)


def test_fewer_examples_than_neighbors_are_all_averaged(retrieved, examples):
    found = ExampleCorrection(examples.chosen(slice(2)))(np.zeros((1, 40), np.float32), Blend.of(ADDED))
    np.testing.assert_allclose(found[0], RECORDED[:2].astype(float).mean(axis=0), atol=1e-5)


def test_a_transport_gives_the_recorded_moments(monkeypatch):
    monkeypatch.setattr(example_correction, "PRIOR", 1e-9)
    predicted, recorded = (RANDOM.normal(size=(500, 40)) @ RANDOM.normal(size=(40, 40)) + shift for shift in (1, -2))
    matrix, offset = transport(predicted, recorded)
    moved = predicted @ matrix + offset
    np.testing.assert_allclose(moved.mean(axis=0), recorded.mean(axis=0), atol=1e-3)
    np.testing.assert_allclose(np.cov(moved.T), np.cov(recorded.T), atol=0.01 * np.cov(recorded.T).max())
    np.testing.assert_allclose(matrix, matrix.T, atol=1e-4)


def test_a_transport_between_equal_distributions_changes_nothing():
    same = RANDOM.normal(size=(100, 40))
    matrix, offset = transport(same, same)
    np.testing.assert_allclose(matrix, np.eye(40), atol=1e-5)
    np.testing.assert_allclose(offset, 0, atol=1e-5)


def test_a_strong_prior_moves_the_mean_alone(monkeypatch):
    monkeypatch.setattr(example_correction, "PRIOR", 1e6)
    matrix, offset = transport(SEQUENCE, SEQUENCE * np.float16(3) + np.float16(1))
    np.testing.assert_allclose(matrix, np.eye(40), atol=1e-3)
    np.testing.assert_allclose(offset, 2 * SEQUENCE.astype(float).mean(axis=0) + 1, atol=0.02)


def test_half_is_moved_and_half_retrieved(one, examples, monkeypatch):
    predicted = SEQUENCE.astype(np.float32)
    matrix, offset = transport(SEQUENCE, RECORDED)
    monkeypatch.setattr(example_correction, "SHARE", 0.5)
    found = ExampleCorrection(examples)(predicted, Blend.of(ADDED))
    np.testing.assert_allclose(found, (predicted @ matrix + offset + RECORDED) / 2, atol=1e-4)
