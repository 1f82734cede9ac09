"""Adaptation of one speaker to another: exact where the neighbors are right, the identity where frames are few."""

import numpy as np
import pytest

from vconv.alignment import adaptation
from vconv.alignment.adaptation import adapt, fit_affine, fit_speaker_transform, near_pairs
from vconv.alignment.frames import AlignmentFrames
from vconv.alignment.speaker_frames import SpeakerFrames
from vconv.audio.mel_cepstrum import frequency_warp

SETTINGS = {"warp": 0.15, "rounds": 4, "frames": 6000, "keep": 0.85, "ridge": 10.0}
RANDOM = np.random.default_rng(0)
SOURCE = RANDOM.normal(size=(400, 5)).astype(np.float32)
LINEAR, CONSTANT = np.eye(5) + 0.2 * RANDOM.normal(size=(5, 5)), RANDOM.normal(size=5)
TARGET = (SOURCE @ LINEAR + CONSTANT).astype(np.float32)


class Cepstra:
    """Stands for a `SpeakerFrames` whose alignment features are the coefficients of the frame alone."""

    def __init__(self, cepstra):
        self.acoustic, self.speech = cepstra.astype(np.float32), np.arange(len(cepstra))
        self.coefficients = self.normalized(cepstra[:, 1:25])

    normalized = SpeakerFrames.normalized

    def subset(self, count):
        return self.speech[:count]

    def alignment_features(self, coefficients, chosen):
        return coefficients[chosen]


def smooth(frames, seed=0):
    """Return random mel-cepstra [frames, 40] of 40 sounds, with little variation within a sound."""
    random = np.random.default_rng(seed)
    sounds = random.normal(size=(40, 40)) / np.arange(1, 41)
    return sounds[random.integers(40, size=frames)] + 0.02 * random.normal(size=(frames, 40)) / np.arange(1, 41)


@pytest.mark.parametrize("alpha", [-0.15, 0.0, 0.1])
def test_without_rounds_the_adaptation_is_the_frequency_warp_between_the_speakers(alpha):
    cepstra = smooth(800)
    source = Cepstra(cepstra @ frequency_warp(40, 39, -alpha))
    found = adapt(source, Cepstra(cepstra), SETTINGS | {"rounds": 0})
    np.testing.assert_array_equal(found, source.normalized((source.acoustic @ frequency_warp(40, 39, alpha))[:, 1:25]))


def test_rounds_move_each_frame_to_the_coefficients_of_the_other_speaker():
    cepstra = smooth(800)
    mixed = cepstra.copy()
    mixed[:, 1:25] = cepstra[:, 1:25] @ (np.eye(24) + 0.1 * RANDOM.normal(size=(24, 24))) + 3
    source, target = Cepstra(mixed), Cepstra(cepstra)
    errors = [
        np.abs(adapt(source, target, SETTINGS | {"rounds": rounds}) - target.coefficients).mean() for rounds in (0, 4)
    ]
    assert errors[1] < 0.1 < 0.2 < errors[0]


def test_adapted_coefficients_have_mean_0_and_standard_deviation_1(trio):
    frames = AlignmentFrames(trio.store, trio.statistics)
    one, other = SpeakerFrames(frames, 0), SpeakerFrames(frames, 1)
    moved = adapt(one, other, SETTINGS)
    np.testing.assert_allclose(moved[one.speech].mean(axis=0), 0, atol=1e-4)
    np.testing.assert_allclose(moved[one.speech].std(axis=0), 1, atol=1e-3)


@pytest.mark.parametrize("frames", [1, 2])
def test_the_transform_of_a_speaker_with_one_or_two_frames_is_finite_and_bounded(frames):
    few, many = Cepstra(smooth(frames)), Cepstra(smooth(300, 1))
    for source, target in (few, many), (many, few):
        assert np.isfinite(adapt(source, target, SETTINGS)).all()
    assert np.abs(fit_speaker_transform(few, np.arange(frames), many.coefficients[:frames], 10.0)[:-1]).max() < 30


def test_the_most_distant_pairs_are_left_out():
    here, there = np.arange(10.0)[:, None], np.arange(10.0)[:, None] + 0.1
    here[9], there[9] = 90, 200
    assert len(near_pairs(here, there, 1.0)) == 20
    assert near_pairs(here, there, 0.9).max() == 8


def test_right_neighbors_give_the_true_affine_transform():
    affine = fit_affine(SOURCE, TARGET, 1e-6)
    np.testing.assert_allclose(affine, np.vstack([LINEAR, CONSTANT]), atol=1e-3)


@pytest.mark.parametrize("frames", [1, 3])
def test_a_transform_of_few_frames_has_the_identity_as_its_matrix_and_a_free_offset(frames):
    affine = fit_affine(SOURCE[:frames], SOURCE[:frames] + 2, 10.0)
    np.testing.assert_allclose(affine, np.vstack([np.eye(5), np.full(5, 2)]), atol=1e-4)
    np.testing.assert_allclose(fit_affine(SOURCE, TARGET, 1e9)[:-1], np.eye(5), atol=1e-3)


def test_the_setting_frames_limits_the_frames_that_are_compared(monkeypatch):
    seen = []
    monkeypatch.setattr(
        adaptation,
        "near_pairs",
        lambda here, there, keep: seen.append((len(here), len(there))) or np.stack([np.arange(50)] * 2, 1),
    )
    adapt(Cepstra(smooth(800)), Cepstra(smooth(300)), SETTINGS | {"frames": 400})
    assert seen == [(400, 300)] * 4
